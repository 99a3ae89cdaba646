// @ts-check
import NOWPaymentsApi from "@nowpaymentsio/nowpayments-api-js";
import * as at from "../order.mjs";

export const library = "@nowpaymentsio/nowpayments-api-js";

/** @param {import("../capture.mjs").Calls} calls */
export async function calls({ call }) {
  const api = new NOWPaymentsApi({ apiKey: "NPM1V9T-5K84QZX-JB2FW7D-3H6R0YC" });
  const id = "4522625843";
  const made = { id, order_id: at.session, invoice_url: `https://nowpayments.io/payment/?iid=${id}` };
  await call("create", [made], () =>
    api.createInvoice({
      price_amount: 49.99,
      price_currency: "eur",
      order_id: at.session,
      order_description: at.description,
      ipn_callback_url: at.webhookUrl,
      success_url: at.returnUrl,
      cancel_url: at.cancelUrl,
    }),
  );
}
