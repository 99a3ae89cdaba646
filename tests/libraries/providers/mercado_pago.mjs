// @ts-check
import { MercadoPagoConfig, Payment, PaymentRefund, Preference } from "mercadopago";
import * as at from "../order.mjs";

export const library = "mercadopago";

const id = "202809963-920c288b-4ebb-40be-966f-700250fa5370";
const payment = 81968653106;
const made = {
  id, external_reference: at.session,
  init_point: `https://www.mercadopago.com.br/checkout/v1/redirect?pref_id=${id}`,
  sandbox_init_point: `https://sandbox.mercadopago.com.br/checkout/v1/redirect?pref_id=${id}`,
};
const paid = {
  id: payment, status: "approved", status_detail: "accredited", external_reference: at.session, live_mode: true,
  currency_id: "BRL", transaction_amount: 49.99, transaction_amount_refunded: 0, refunds: [],
  date_created: "2026-11-24T12:59:00.000-04:00", date_approved: "2026-11-24T12:59:57.000-04:00",
};
/** @param {object[]} results */
const found = (...results) => ({ paging: { total: results.length, limit: 100, offset: 0 }, results });
/** The moment of the answers: the preference ends then. */
const now = "2026-11-24T17:00:00.000+00:00";

/** A client keeps the idempotency key that it was once given, so each call has its own. */
const shop = () => new MercadoPagoConfig({ accessToken: "APP_USR-7434370118000159-031414-2cee51edf8b7" });
const search = () =>
  new Payment(shop()).search({
    options: { external_reference: at.session, sort: "date_created", criteria: "desc", limit: 100 },
  });

/** @param {import("../capture.mjs").Calls} calls */
export async function calls({ call }) {
  await call("create", [made], () =>
    new Preference(shop()).create({
      body: {
        items: [{ id: at.order, title: at.description, quantity: 1, currency_id: "BRL", unit_price: 49.99 }],
        payer: { email: at.email },
        back_urls: { success: at.returnUrl, pending: at.returnUrl, failure: at.cancelUrl },
        auto_return: "approved",
        payment_methods: { excluded_payment_types: [{ id: "ticket" }] },
        external_reference: at.session,
        expires: true,
        expiration_date_from: "2026-11-24T16:50:00.000+00:00",
        expiration_date_to: "2026-11-24T17:35:00.000+00:00",
      },
      requestOptions: { idempotencyKey: at.session },
    }),
  );
  await call("fetch", [found(paid)], search);
  const refunded = {
    id: 1242469925, payment_id: payment, amount: 10.5, status: "approved",
    date_created: "2026-11-26T05:12:33.000-04:00",
  };
  await call("refund", [refunded], () =>
    new PaymentRefund(shop()).create({
      payment_id: payment, body: { amount: 10.5 }, requestOptions: { idempotencyKey: at.refund },
    }),
  );
  await call("close", [made, { ...made, expires: true, expiration_date_to: now }, found()], async () => {
    await new Preference(shop()).get({ preferenceId: id });
    await new Preference(shop()).update({
      id,
      // @ts-expect-error Its type is the creation's, which needs items; the page of the change leaves them out.
      updatePreferenceRequest: { expires: true, expiration_date_to: now },
    });
    await search();
  });
}
