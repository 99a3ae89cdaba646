// @ts-check
import { createMollieClient, Locale, PaymentEmbed, PaymentMethod } from "@mollie/api-client";
import * as at from "../order.mjs";

export const library = "@mollie/api-client";

const paymentId = "tr_7UhSN1zuXS";
const metadata = { session_id: at.session, order_id: at.order };
const payment = {
  resource: "payment", id: paymentId, mode: "test", status: "open", metadata,
  amount: { currency: "EUR", value: "49.99" },
  _links: { checkout: { href: "https://www.mollie.com/checkout/select-method/7UhSN1zuXS", type: "text/html" } },
};
const refund = {
  resource: "refund", id: "re_4qqhO89gsT", status: "pending", amount: { currency: "EUR", value: "10.00" },
  metadata: { session_id: at.session, refund_id: at.refund }, _links: {},
};
// Ours are made of our ids: `idempotency_key` in mollie/requests.rs.
const keys = { session: "0ba94a59-c879-4b7d-a870-310f85b61b93", refund: "31cf9c8d-fa59-49e2-ac91-8e7a19251c55" };

/** @param {import("../capture.mjs").Calls} calls */
export async function calls({ call }) {
  const client = createMollieClient({ apiKey: "test_dHar4XY7LxsDOtmnkVtjNVWXLSlXsM" });
  await call("create", [payment], () =>
    client.payments.create({
      amount: { currency: "EUR", value: "49.99" },
      description: at.description,
      redirectUrl: at.returnUrl,
      cancelUrl: at.cancelUrl,
      webhookUrl: at.webhookUrl,
      metadata,
      method: PaymentMethod.creditcard,
      locale: Locale.de_AT,
      // Its type wants a whole postal address; the API's reference asks for that or an email.
      billingAddress: /** @type {any} */ ({ email: at.email }),
      idempotencyKey: keys.session,
    }),
  );
  await call("fetch", [payment], () =>
    client.payments.get(paymentId, { embed: [PaymentEmbed.refunds, PaymentEmbed.chargebacks] }),
  );
  const none = { count: 0, _embedded: { refunds: [] }, _links: {} };
  await call("refund", [none, refund], async () => {
    await client.paymentRefunds.page({ paymentId, limit: 250 });
    await client.paymentRefunds.create({
      paymentId,
      amount: { currency: "EUR", value: "10.00" },
      description: "Refund",
      metadata: { session_id: at.session, refund_id: at.refund },
      idempotencyKey: keys.refund,
    });
  });
  await call("close", [{ ...payment, status: "canceled" }], () => client.payments.cancel(paymentId));
}
