// The contract's words in sentences.
import { element } from "./dom.js";

/** What a status means for whoever ships the goods. */
export const STATUS = {
  created: "Nothing has happened yet: no customer was sent to a checkout.",
  pending: "The customer was sent to the checkout. No money is confirmed: do not ship.",
  processing: "The provider works on the payment. It is not confirmed yet: do not ship.",
  paid: "The money is there.",
  failed: "The payment did not succeed. The customer may try again.",
  cancelled: "It was stopped. The customer may start another attempt.",
  expired: "Its time ran out before money came.",
  review: "A person has to decide: approve or reject it.",
  refunded: "All that came went back.",
};

/** What wants attention: what happened, and what to do. */
export const ATTENTION = {
  amount_mismatch: { says: "Money of another amount than the order's came.", deed: "Approve it if it is enough, or reject it and it goes back. Acknowledge it where neither is needed." },
  currency_mismatch: { says: "Money of another currency than the order's came.", deed: "Approve it if it is enough, or reject it and it goes back. Acknowledge it where neither is needed." },
  duplicate_payment: { says: "Two payments hold money for this one order.", deed: "Refund one of them, then acknowledge this." },
  late_payment: { says: "Money came for an attempt that had ended.", deed: "Ship if you still can, otherwise refund it. Then acknowledge this." },
  disputed: { says: "The customer disputes the payment.", deed: "Answer the dispute at the provider before its time is over, and do not ship meanwhile." },
  payment_reversed: { says: "The provider took money back.", deed: "Stop the delivery if you can, and ask the customer for another payment. Then acknowledge this." },
  refund_failed: { says: "A refund did not reach the customer.", deed: "The story below says why. Refund again, or send the money another way, then acknowledge this." },
  stuck: { says: "An attempt or a refund stays unconfirmed.", deed: "Ask the provider; if it does not know either, look at its dashboard." },
};

/** What an entry of the payment log is. */
export const KIND = {
  order_registered: "Order",
  session_created: "Session",
  provider_selected: "Routing",
  method_selected: "Method",
  customer_redirected: "Customer sent",
  webhook_received: "Webhook",
  status_changed: "Status",
  review_flagged: "Review",
  customer_returned: "Customer back",
  refund_requested: "Refund",
  merchant_decision: "Decision",
  reconciled: "Provider asked",
  order_updated: "Shop told",
  error: "Error",
};

/** Why an event could not be applied. */
export const OUTCOME = {
  unmatched: "It names no session of this shop and provider, yet.",
  not_understood: "It could not be read.",
  past_cap: "Its order holds as many facts as it can.",
  refused: "It was not provably the provider's, so nothing of it was believed.",
  applied: "It was applied, and changed the order.",
  duplicate: "The order knew it already.",
  stale: "It was recorded, and changed nothing.",
  review: "It was applied, and a person has to decide now.",
};

/** Why a delivery was refused. */
export const REFUSED = {
  missing_signature: "It had no signature.",
  invalid_signature: "Its signature matches no secret of the configuration.",
  timestamp_too_old: "It was signed more than five minutes before it came.",
  timestamp_too_new: "It was signed in what is the future by our clock.",
};

/** How a notification stands. */
export const TOLD = {
  waiting: "not told yet",
  told: "told",
  skipped: "not wanted by the shop",
  parked: "given up",
};

/** A word of the contract for people: `amount_mismatch` is “amount mismatch”. */
export function plain(word) {
  return word.replaceAll("_", " ");
}

/** A status, in its colour. */
export function badge(status) {
  return element("span", { class: `badge ${STATUS[status] ? status : ""}` }, plain(status));
}

const MOMENT = new Intl.DateTimeFormat("en-GB", { dateStyle: "medium", timeStyle: "medium" });

/** A moment in this browser's zone; UTC where one points at it. */
export function moment(text) {
  const at = new Date(text);
  const shown = Number.isNaN(at.getTime()) ? text : MOMENT.format(at);
  return element("time", { datetime: text, title: text }, shown);
}

/** A number of things. */
export function count(number, one, many = `${one}s`) {
  return `${number} ${number === 1 ? one : many}`;
}
