// @ts-check
import { Environments, GoCardlessClient } from "gocardless-nodejs";
import * as at from "../order.mjs";

export const library = "gocardless-nodejs";

const request = "BRQ9A2Z96TGP9WJ";
const payment = "PM0X1CC8E3VM4H";
const metadata = { session_id: at.session, order_id: at.order };

/** @param {import("../capture.mjs").Calls} calls */
export async function calls({ call }) {
  const client = new GoCardlessClient("live_Y5xkQmR8tKwZ2Nb3", Environments.Live);
  const flow = { id: "BRF1", authorisation_url: "https://pay.gocardless.com/billing/static/flow?id=BRF1" };
  const made = { billing_requests: { id: request, status: "pending" } };
  await call("create", [made, { billing_request_flows: flow }], async () => {
    await client.billingRequests.create(
      {
        payment_request: { amount: 4990, currency: "GBP", description: at.description, metadata },
        metadata,
        fallback_enabled: true,
      },
      at.session,
    );
    await client.billingRequestFlows.create({
      links: { billing_request: request },
      redirect_uri: at.returnUrl,
      exit_uri: at.cancelUrl,
      skip_success_screen: true,
      language: "de",
      prefilled_customer: { email: at.email },
    });
  });
  const created_at = "2026-11-24T17:43:20.500Z";
  const fulfilled = {
    id: request, created_at, status: "fulfilled", metadata, links: { payment_request_payment: payment },
  };
  const paid = {
    id: payment, status: "paid_out", amount: 4990, currency: "GBP", amount_refunded: 500, created_at, metadata,
    links: {},
  };
  const refund = {
    id: "RFB7M82324NYB3", created_at: "2026-11-25T09:00:00.000Z", status: "created", amount: 1500, currency: "GBP",
    metadata: {}, links: { payment },
  };
  const [events, refunds] = [{ events: [], meta: {} }, { refunds: [refund], meta: {} }];
  const answers = [{ billing_requests: fulfilled }, { payments: paid }, events, refunds];
  await call("fetch", answers, async () => {
    await client.billingRequests.find(request);
    await client.payments.find(payment);
    await client.events.list({ payment, limit: 500 });
    await client.refunds.list({ payment, limit: 500 });
  });
  await call("refund", [{ refunds: [], meta: {} }, { payments: paid }, { refunds: refund }], async () => {
    await client.refunds.list({ payment, limit: 500 });
    await client.payments.find(payment);
    await client.refunds.create(
      {
        amount: 1500,
        total_amount_confirmation: 2000,
        links: { payment },
        metadata: { session_id: at.session, refund_id: at.refund },
      },
      at.refund,
    );
  });
  await call("close", [{ billing_requests: { id: request, status: "cancelled" } }], () =>
    client.billingRequests.cancel(request),
  );
}
