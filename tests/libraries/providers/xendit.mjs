// @ts-check
import { Xendit } from "xendit-node";
import * as at from "../order.mjs";

export const library = "xendit-node";

const session = "ps-67527107dda8b2513acdaef0";
const payment = "py-1fdaf346-dd2e-4b6c-b938-124c7167a822";
const paymentRequest = "pr-1102feb0-bb79-47ae-9d1e-e69394d3949c";
const made = {
  payment_session_id: session, reference_id: at.session, status: "ACTIVE", currency: "PHP", amount: 499.99,
  payment_link_url: "https://xen.to/4fW", updated: "2026-11-24T17:02:10.101Z",
};
const none = "the library knows the invoices that came before Payment Sessions, and no sessions";

/** @param {import("../capture.mjs").Calls} calls */
export async function calls({ call, without }) {
  const { Refund } = new Xendit({ secretKey: "xnd_production_P4qDfOss0OCpl8Rt" });
  without("create", none, made);
  without("fetch", none, made);
  without("refund", "the library knows payment requests, and no payments", {
    payment_id: payment, payment_request_id: paymentRequest, reference_id: at.session, status: "SUCCEEDED",
  });
  const refunded = {
    id: "rfd-1", payment_id: payment, payment_request_id: paymentRequest, reference_id: at.refund, status: "SUCCEEDED",
    currency: "PHP", amount: 100.5, metadata: { session: at.session }, updated: "2026-11-26T09:12:33.001Z",
  };
  await call("refund", [{ data: [], has_more: false }, refunded], async () => {
    await Refund.getAllRefunds({ paymentRequestId: paymentRequest });
    await Refund.createRefund({
      idempotencyKey: at.refund,
      data: {
        paymentRequestId: paymentRequest,
        amount: 100.5,
        currency: "PHP",
        reason: "REQUESTED_BY_CUSTOMER",
        referenceId: at.refund,
        metadata: { session: at.session },
      },
    });
  });
  without("close", none, { ...made, status: "CANCELED" });
}
