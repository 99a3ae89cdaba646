// @ts-check
import Stripe from "stripe";
import { cancelUrl, description, email, expiresAt, order, refund, returnUrl, session } from "../order.mjs";

export const library = "stripe";

const checkout = {
  id: "cs_test_b1Tn8vQm3XcK7LzR2pWd9YsG4hJf6aEu", url: "https://checkout.stripe.com/c/pay/cs_test_b1",
  status: "open", payment_status: "unpaid", client_reference_id: session,
};
const payment = "pi_3SXkQ2LkdIwHu7ix0a7VbN3m";

/** @param {import("../capture.mjs").Calls} calls */
export async function calls({ call }) {
  const stripe = new Stripe("sk_test_51HqLyjWDarjtT1");
  await call("create", [checkout], () =>
    stripe.checkout.sessions.create(
      {
        mode: "payment",
        client_reference_id: session,
        metadata: { session_id: session, order_id: order },
        payment_intent_data: { metadata: { session_id: session, order_id: order }, description },
        line_items: [
          { quantity: 1, price_data: { currency: "eur", unit_amount: 4999, product_data: { name: description } } },
        ],
        success_url: returnUrl,
        cancel_url: cancelUrl,
        expires_at: expiresAt,
        adaptive_pricing: { enabled: false },
        customer_email: email,
        locale: "de",
        allowed_payment_method_types: ["card"],
      },
      { idempotencyKey: session },
    ),
  );
  await call("fetch", [checkout], () =>
    stripe.checkout.sessions.retrieve(checkout.id, { expand: ["payment_intent.latest_charge.refunds"] }),
  );
  const refunded = {
    id: "re_1", object: "refund", amount: 1000, currency: "eur", status: "succeeded", created: 1795539600,
    metadata: { refund_id: refund },
  };
  await call("refund", [refunded], () =>
    stripe.refunds.create(
      { payment_intent: payment, amount: 1000, metadata: { session_id: session, refund_id: refund } },
      { idempotencyKey: refund },
    ),
  );
  await call("close", [{ ...checkout, status: "expired" }], () => stripe.checkout.sessions.expire(checkout.id));
  await call("endpoint", [{ object: "list", data: [], has_more: false }], () =>
    stripe.webhookEndpoints.list({ limit: 100 }),
  );
}
