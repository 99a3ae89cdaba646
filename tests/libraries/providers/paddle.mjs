// @ts-check
import { Environment, Paddle } from "@paddle/paddle-node-sdk";
import * as at from "../order.mjs";

export const library = "@paddle/paddle-node-sdk";

const id = "txn_01m87800t9wxwcbyb6wk952swa";
const item = "txnitm_01m87800vv5gccr7nkhynwr569";
const updated_at = "2026-11-24T17:03:36.900000Z";
const totals = { grand_total: "4999", total: "4999", currency_code: "EUR" };
const transaction = {
  id, status: "ready", currency_code: "EUR", custom_data: { session_id: at.session, order_id: at.order },
  checkout: { url: `https://shop.example/pay?_ptxn=${id}` },
  details: { totals, line_items: [{ id: item, quantity: 1 }], tax_rates_used: [] },
  items: [], payments: [], created_at: updated_at, updated_at,
};

/** @param {import("../capture.mjs").Calls} calls */
export async function calls({ call }) {
  const paddle = new Paddle("pdl_live_apikey_01gtgztp8f4kek3yd4g1wrksa3_q6TGTJyvoIz7", {
    environment: Environment.production,
  });
  await call("create", [{ data: transaction }], () =>
    paddle.transactions.create({
      items: [{
        quantity: 1,
        price: {
          description: at.description,
          taxMode: "internal",
          unitPrice: { amount: "4999", currencyCode: "EUR" },
          quantity: { minimum: 1, maximum: 1 },
          product: { name: at.description, taxCategory: "standard" },
        },
      }],
      currencyCode: "EUR",
      collectionMode: "automatic",
      customData: { session_id: at.session, order_id: at.order },
    }),
  );
  await call("fetch", [{ data: transaction }], () => paddle.transactions.get(id, { include: ["adjustment"] }));
  const adjustment = {
    id: "adj_01m89xtkb4xsddzq9s650agy7v", action: "refund", status: "pending_approval", transaction_id: id,
    reason: at.refund, currency_code: "EUR", totals: { total: "1500", tax: "239" }, items: [],
    created_at: updated_at, updated_at,
  };
  await call("refund", [{ data: { ...transaction, status: "completed" } }, { data: adjustment }], async () => {
    await paddle.transactions.get(id, { include: ["adjustment"] });
    await paddle.adjustments.create({
      action: "refund",
      transactionId: id,
      reason: at.refund,
      type: "partial",
      items: [{ itemId: item, type: "partial", amount: "1500" }],
    });
  });
  await call("close", [{ data: { ...transaction, status: "canceled" } }], () =>
    paddle.transactions.update(id, { status: "canceled" }),
  );
  await call("endpoint", [{ data: [] }], () => paddle.notificationSettings.list({ perPage: 200 }));
}
