// @ts-check
import {
  CheckoutPaymentIntent, Client, Environment, OrdersController, PayeePaymentMethodPreference, PaymentsController,
  PaypalExperienceUserAction, PaypalWalletContextShippingPreference,
} from "@paypal/paypal-server-sdk";
import * as at from "../order.mjs";

export const library = "@paypal/paypal-server-sdk";

const token = { access_token: "A21AAFs9kZqf1", token_type: "Bearer", expires_in: 32400 };
const id = "5O190127TN364715T";
const capture = "3C679366HH908993F";
const money = { currency_code: "EUR", value: "49.99" };
const order = {
  id, intent: "CAPTURE", status: "PAYER_ACTION_REQUIRED", update_time: "2026-11-24T16:59:00Z",
  purchase_units: [{ reference_id: "default", custom_id: at.session, amount: money }],
  links: [{ href: `https://www.paypal.com/checkoutnow?token=${id}`, rel: "payer-action", method: "GET" }],
};
const captured = {
  ...order,
  status: "COMPLETED",
  purchase_units: [{ custom_id: at.session, payments: { captures: [
    { id: capture, status: "COMPLETED", custom_id: at.session, amount: money, update_time: "2026-11-24T16:59:57Z" },
  ] } }],
};

/** It keeps its token, and ours asks for one each time: so each call has a client of its own. */
const client = () =>
  new Client({
    clientCredentialsAuthCredentials: {
      oAuthClientId: "AXk3vQ7rT2mLp9Zs4Yd8Nw1Hb6Jc5Fe0", oAuthClientSecret: "EKx8Qm2Rv6Tz4Bn9Wc1Ld7Yh3Js5Pg0",
    },
    environment: Environment.Production,
  });

/** @param {import("../capture.mjs").Calls} calls */
export async function calls({ call, without }) {
  const prefer = "return=representation";
  await call("create", [token, order], () =>
    new OrdersController(client()).createOrder({
      paypalRequestId: at.session,
      prefer,
      body: {
        intent: CheckoutPaymentIntent.Capture,
        purchaseUnits: [{
          referenceId: "default", customId: at.session, invoiceId: at.session, description: at.description,
          amount: { currencyCode: "EUR", value: "49.99" },
        }],
        paymentSource: { paypal: {
          emailAddress: at.email,
          experienceContext: {
            returnUrl: at.returnUrl,
            cancelUrl: at.cancelUrl,
            userAction: PaypalExperienceUserAction.PayNow,
            shippingPreference: PaypalWalletContextShippingPreference.NoShipping,
            paymentMethodPreference: PayeePaymentMethodPreference.ImmediatePaymentRequired,
            locale: "de-AT",
          },
        } },
      },
    }),
  );
  // Approved by the customer, so it is captured.
  await call("fetch", [token, { ...order, status: "APPROVED" }, captured], async () => {
    const orders = new OrdersController(client());
    await orders.getOrder({ id });
    await orders.captureOrder({ id, paypalRequestId: `${at.session}-capture-1795539540`, prefer, body: {} });
  });
  const refund = {
    id: "1JU08902781691411", status: "COMPLETED", amount: { currency_code: "EUR", value: "10.00" },
    custom_id: at.session, invoice_id: at.refund,
  };
  await call("refund", [token, refund], () =>
    new PaymentsController(client()).refundCapturedPayment({
      captureId: capture,
      paypalRequestId: at.refund,
      prefer,
      body: { amount: { currencyCode: "EUR", value: "10.00" }, customId: at.session, invoiceId: at.refund },
    }),
  );
  const none = "the library has no webhooks";
  without("endpoint", none, token);
  without("endpoint", none, { webhooks: [] });
}
