// The payment log of an order as a story: when, what, before and after, how much, why, who.
import { code, element, facts, foreign } from "./dom.js";
import { bareEvent } from "./api.js";
import { KIND, badge, count, moment, plain } from "./words.js";
import { amountText, namesAmount } from "./money.js";

/** The log, oldest first. */
export function story(entries) {
  return element("ol", { class: "story" }, entries.map((entry, at) => entryShown(entry, entries[at + 1])));
}

/** Of these the provider says nothing: it only stands beside them. */
const NOT_THE_PROVIDERS = ["method_selected", "customer_redirected", "customer_returned", "status_changed", "review_flagged", "order_updated"];

/** Whether an entry changed the status, and is not followed by one that says just that. */
function changes({ kind, status_before: before, status_after: after }, next) {
  const again = next?.kind === "status_changed" && next.status_before === before && next.status_after === after;
  return before && after && before !== after && !again && kind !== "order_updated" && kind !== "review_flagged";
}

/** One entry; beside its sentence stands what that does not say. */
function entryShown(entry, next) {
  const { kind, text, amount, currency, provider, reason } = entry;
  return element(
    "li",
    { class: kind === "error" || kind === "review_flagged" ? "wanting" : null },
    element("p", { class: "when" }, moment(entry.at), " ", element("span", { class: "kind" }, KIND[kind] ?? plain(kind))),
    element("p", { class: "sentence" }, foreign(text)),
    changes(entry, next) && element("p", { class: "change" }, badge(entry.status_before), element("span", { "aria-hidden": "true" }, " → "), element("span", { class: "unseen" }, " then "), badge(entry.status_after)),
    element(
      "p",
      { class: "beside" },
      amount !== undefined && currency && !namesAmount(text, amount, currency) && element("span", null, amountText(amount, currency)),
      provider && !text.includes(provider) && !NOT_THE_PROVIDERS.includes(kind) && element("span", null, foreign(provider)),
      reason && !text.includes(reason) && element("span", null, "Reason: ", foreign(reason)),
    ),
    entryIds(entry),
  );
}

/** What only matters to whoever compares with the provider. */
function entryIds(entry) {
  const { session_id, event_id, provider_payment_id, occurred_at, processed_at } = entry;
  if (!event_id && !provider_payment_id) return null;
  // What no provider's event told has an id of ours here, which nobody can look up.
  const event = event_id && bareEvent(event_id);
  return element(
    "details",
    null,
    element("summary", null, "Ids and times"),
    facts(
      ["Event", event && event !== event_id && code(event)],
      ["Payment at the provider", provider_payment_id && code(provider_payment_id)],
      ["Session", session_id && code(session_id)],
      ["By the provider's clock", occurred_at && moment(occurred_at)],
      ["Processed", processed_at && moment(processed_at)],
    ),
  );
}

/** How the shop took a notification, last. */
export function lastTry(notification) {
  const last = notification.tries.at(-1);
  if (!last) return element("span", { class: "quiet" }, "not tried yet");
  const how = last.status === null ? ["no answer: ", foreign(last.problem ?? "")] : `answered ${last.status}`;
  return element("span", { class: "quiet" }, `${count(notification.tries.length, "try", "tries")}, the last `, moment(last.at), ": ", how, ` after ${last.took_ms} ms`);
}
