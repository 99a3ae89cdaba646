// @ts-check
import { Checkout } from "checkout-sdk-node";
import * as at from "../order.mjs";

/** It takes any object as a body. The names are those of PyPI's checkout-sdk 4.8.1, `HostedPaymentsSessionRequest`. */
export const library = "checkout-sdk-node";

const page = "hpp_xGQBg0AXl3cM";
const payment = "pay_4fxnxsnovyoxs324mp7mcijbwr";

/** @param {import("../capture.mjs").Calls} calls */
export async function calls({ call }) {
  const checkout = new Checkout("sk_k3x7q2m4v4p2t6w5z5r2y3h2jd7", { subdomain: "k7m2q9xa", environment: "live" });
  const made = { id: page, _links: { redirect: { href: `https://pay.checkout.com/page/${page}` } } };
  await call("create", [made], () =>
    checkout.hostedPayments.create({
      amount: 4999,
      currency: "EUR",
      reference: at.order,
      description: at.description,
      billing: { address: { country: "AT" } },
      customer: { email: at.email },
      success_url: at.returnUrl,
      cancel_url: at.cancelUrl,
      failure_url: at.returnUrl,
      capture: true,
      "3ds": { enabled: true },
      allow_payment_methods: ["card"],
      locale: "de-DE",
      processing_channel_id: "pc_q4dbxom5jbgudnjzjpz7j2z6uq",
      metadata: { session_id: at.session, order_id: at.order },
    }),
  );
  const metadata = { session_id: at.session };
  const received = { id: page, status: "Payment Received", payment_id: payment, metadata };
  const paid = {
    id: payment, status: "Captured", amount: 4999, currency: "EUR", approved: true, metadata,
    balances: { total_captured: 4999, total_refunded: 0 },
  };
  await call("fetch", [received, paid], async () => {
    await checkout.hostedPayments.get(page);
    await checkout.payments.get(payment);
  });
  const accepted = { action_id: "act_y3oqhf46pyzuxjbcn2giaqnb44", reference: at.refund };
  await call("refund", [accepted], () =>
    checkout.payments.refund(
      payment,
      { amount: 1000, reference: at.refund, metadata: { session_id: at.session, refund_id: at.refund } },
      at.refund,
    ),
  );
}
