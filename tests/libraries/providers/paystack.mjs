// @ts-nocheck It comes without types. It writes its bodies itself, from the names that it knows.
import Paystack from "@paystack/paystack-sdk";
import * as at from "../order.mjs";

/** 1.2.0 can be loaded neither as CommonJS nor as ESM, and 1.2.1 was published without its code. */
export const library = "@paystack/paystack-sdk";

const reference = "cs-k3x7q2m9v4p8t6w1z5r0y8h2jd-1";
const id = 4099260516;
const done = (data) => ({ status: true, message: "Done", data });
const refunded = {
  id: 3018284, transaction: id, dispute: null, amount: 500000, currency: "NGN", status: "pending",
  merchant_note: at.refund, createdAt: "2026-11-24T18:21:17.122Z",
};

/** @param {import("../capture.mjs").Calls} calls */
export async function calls({ call }) {
  const { transaction, refund, dispute } = new Paystack("sk_live_51c2e7d0f0b9a4c8e3");
  await call("create", [done({ authorization_url: "https://checkout.paystack.com/0peioxfhpn", reference })], () =>
    transaction.initialize({
      email: at.email,
      amount: 2500000,
      currency: "NGN",
      reference,
      callback_url: at.returnUrl,
      metadata: { session: at.session, order: at.order, cancel_action: at.cancelUrl },
      channels: ["card"],
    }),
  );
  const paid = {
    id, status: "success", reference, amount: 2500000, requested_amount: 2500000, currency: "NGN",
    gateway_response: "Successful", paid_at: "2026-11-24T17:00:10.000Z",
  };
  await call("fetch", [done(paid), done([]), done([])], async () => {
    await transaction.verify({ reference });
    await refund.list({ transaction: String(id), perPage: 100 });
    await dispute.list({ transaction: String(id), perPage: 100 });
  });
  await call("refund", [done([]), done(refunded)], async () => {
    await refund.list({ transaction: String(id), perPage: 100 });
    await refund.create({ transaction: String(id), amount: 500000, currency: "NGN", merchant_note: at.refund });
  });
}
