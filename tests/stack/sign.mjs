// Signs deliveries with the npm libraries of Stripe and Standard Webhooks, as their servers would.
import { createRequire } from "node:module";
import { join } from "node:path";
import { readFileSync } from "node:fs";

const require = createRequire(join(process.env.PAYPROOF_SUITE, "package.json"));
const Stripe = require("stripe");
const { Webhook } = require("standardwebhooks");

const input = JSON.parse(readFileSync(0, "utf8"));
const stripe = new (Stripe.default ?? Stripe)("sk_test_unused");
const webhook = new Webhook(input.standard);
const deliveries = input.bodies.flatMap((body, index) => [
  {
    scheme: "stripe",
    body,
    headers: {
      "Stripe-Signature": stripe.webhooks.generateTestHeaderString({
        payload: body, secret: input.stripe, timestamp: input.at,
      }),
    },
  },
  {
    scheme: "standard",
    body,
    headers: {
      "webhook-id": `msg_${index}`,
      "webhook-timestamp": String(input.at),
      "webhook-signature": webhook.sign(`msg_${index}`, new Date(input.at * 1000), body),
    },
  },
]);
process.stdout.write(JSON.stringify(deliveries));
