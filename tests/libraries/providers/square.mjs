// @ts-check
import { SquareClient, SquareEnvironment } from "square";
import * as at from "../order.mjs";

export const library = "square";

const locationId = "L88917AVBK2S5";
const order = "B2EZLslUm4bkdPq9rVFdOqEwEhZZY";
const link = "MQASNYL6QB6DFCJ3";
const payment = "2fUXCUbrGoXXyNT6iYYYUiWmUZeZY";
const refund = "2fUXCUbrGoXXyNT6iYYYUiWmUZeZY_4SBAmiTV6lI6";
const money = { amount: 4999, currency: "EUR" };
const created_at = "2026-11-24T17:56:39.196Z";
const refunded = {
  refund: {
    id: refund, payment_id: payment, location_id: locationId, status: "COMPLETED", order_id: order,
    amount_money: { amount: 1000, currency: "EUR" }, created_at, updated_at: created_at,
  },
};

/** @param {import("../capture.mjs").Calls} calls */
export async function calls({ call }) {
  const square = new SquareClient({ token: "EAAAl8oWqvDfuLq3Tn5x", environment: SquareEnvironment.Production });
  const url = "https://square.link/u/yWbfh2ou";
  const made = { payment_link: { id: link, version: 1, order_id: order, url, created_at } };
  await call("create", [made], () =>
    square.checkout.paymentLinks.create({
      idempotencyKey: at.session,
      order: {
        locationId,
        referenceId: at.session,
        lineItems: [
          { name: at.description, quantity: "1", basePriceMoney: { amount: BigInt(4999), currency: "EUR" } },
        ],
      },
      checkoutOptions: {
        redirectUrl: at.returnUrl,
        allowTipping: false,
        askForShippingAddress: false,
        enableCoupon: false,
        enableLoyalty: false,
        acceptedPaymentMethods: { applePay: false, googlePay: false, cashAppPay: false, afterpayClearpay: false },
      },
      paymentNote: at.session,
      prePopulatedData: { buyerEmail: at.email },
    }),
  );
  const opened = {
    order: {
      id: order, location_id: locationId, reference_id: at.session, state: "OPEN", created_at, updated_at: created_at,
      tenders: [{ id: payment, type: "CARD", payment_id: payment }],
    },
  };
  const paid = {
    payment: {
      id: payment, order_id: order, location_id: locationId, note: at.session, status: "COMPLETED",
      amount_money: money, refund_ids: [refund], created_at, updated_at: created_at,
    },
  };
  await call("fetch", [opened, paid, refunded], async () => {
    await square.orders.get({ orderId: order });
    await square.payments.get({ paymentId: payment });
    await square.refunds.get({ refundId: refund });
  });
  await call("refund", [refunded], () =>
    square.refunds.refundPayment({
      idempotencyKey: at.refund,
      paymentId: payment,
      amountMoney: { amount: BigInt(1000), currency: "EUR" },
      reason: `Refund ${at.refund}`,
    }),
  );
  await call("close", [{ id: link, cancelled_order_id: order }], () =>
    square.checkout.paymentLinks.delete({ id: link }),
  );
  await call("endpoint", [{ subscriptions: [] }], () =>
    square.webhooks.subscriptions.list({ includeDisabled: true, limit: 100 }),
  );
}
