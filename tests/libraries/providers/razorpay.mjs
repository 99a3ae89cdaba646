// @ts-check
import Razorpay from "razorpay";
import * as at from "../order.mjs";

export const library = "razorpay";

const link = "plink_QflcnnZqCekuvL";
const order = "order_QflczVVaNJciLq";
const payment = "pay_Qfldmt5StKZFCB";
const made = {
  id: link, reference_id: at.session, status: "created", amount: 149900, amount_paid: 0, currency: "INR",
  created_at: 1795539600, updated_at: 1795539658, short_url: "https://rzp.io/rzp/qCekuvL",
  notes: { session: at.session },
};
const captured = {
  id: payment, entity: "payment", status: "captured", captured: true, order_id: order, amount: 149900, currency: "INR",
  amount_refunded: 40000, notes: { session: at.session }, created_at: 1795539657,
};
const refunded = {
  id: "rfnd_QgRf1Pa2rT3iA4", entity: "refund", payment_id: payment, status: "processed", amount: 40000, currency: "INR",
  notes: { session: at.session, refund: at.refund }, created_at: 1795544600,
};

/** @param {import("../capture.mjs").Calls} calls */
export async function calls({ call }) {
  const client = new Razorpay({ key_id: "rzp_live_Q8vN3mXc7LbT2y", key_secret: "9WpZ4dHs6FgJ1aEuRk3TqXb8" });
  await call("create", [made], () =>
    client.paymentLink.create({
      amount: 149900,
      currency: "INR",
      reference_id: at.session,
      description: at.description,
      accept_partial: false,
      expire_by: at.expiresAt,
      callback_url: at.returnUrl,
      callback_method: "get",
      notify: { sms: false, email: false },
      reminder_enable: false,
      notes: { session: at.session, order: at.order },
      customer: { email: at.email },
      options: { checkout: { method: { card: true, netbanking: false, wallet: false, upi: false } } },
    }),
  );
  const paid = { ...made, status: "paid", amount_paid: 149900, order_id: order };
  const payments = { entity: "collection", count: 1, items: [captured] };
  await call("fetch", [paid, payments, { entity: "collection", count: 1, items: [refunded] }], async () => {
    await client.paymentLink.fetch(link);
    await client.orders.fetchPayments(order);
    await client.payments.fetchMultipleRefund(payment, { count: 100 });
  });
  await call("refund", [refunded], () =>
    client.payments.refund(payment, {
      amount: 40000,
      receipt: at.refund,
      notes: { session: at.session, refund: at.refund },
    }),
  );
  await call("close", [{ ...made, status: "cancelled" }], () => client.paymentLink.cancel(link));
}
