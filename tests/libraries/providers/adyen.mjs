// @ts-check
import adyen from "@adyen/api-library";
import * as at from "../order.mjs";

export const library = "@adyen/api-library";

const { CheckoutAPI, Client, EnvironmentEnum } = adyen;

const merchantAccount = "NordShopECOM";
const id = "PLE83C39B0A0DE0C1E";
const link = { id, url: `https://test.adyen.link/${id}`, status: "active", reference: at.session };
const payment = "QFQTPCQ8HXSKGK82";

/** @param {import("../capture.mjs").Calls} calls */
export async function calls({ call }) {
  const { PaymentLinksApi: links, ModificationsApi: modifications } = new CheckoutAPI(
    new Client({ apiKey: "AQEk3xample_api_key", environment: EnvironmentEnum.TEST }),
  );
  await call("create", [link], () =>
    links.paymentLinks(
      {
        merchantAccount,
        reference: at.session,
        amount: { currency: "EUR", value: 4999 },
        description: at.description,
        returnUrl: at.returnUrl,
        expiresAt: new Date(at.expiresAt * 1000),
        shopperLocale: "de-AT",
        shopperEmail: at.email,
        allowedPaymentMethods: ["scheme"],
        blockedPaymentMethods: ["giftcard"],
        metadata: { order_id: at.order },
      },
      { idempotencyKey: at.session },
    ),
  );
  await call("fetch", [link], () => links.getPaymentLink(link.id));
  const received = { pspReference: "SFXQ4TXH8SZ8V375", status: "received", paymentPspReference: payment };
  await call("refund", [received], () =>
    modifications.refundCapturedPayment(
      payment,
      { merchantAccount, amount: { currency: "EUR", value: 1000 }, reference: `${at.session}.${at.refund}` },
      { idempotencyKey: at.refund },
    ),
  );
  await call("close", [{ ...link, status: "expired" }], () =>
    links.updatePaymentLink(link.id, { status: /** @type {any} */ ("expired") }),
  );
}
