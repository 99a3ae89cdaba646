// What can be done about an order: each asks once, says what it will do, and shows the answer.
import { button, choice, element, field, fill, foreign } from "./dom.js";
import { ATTENTION, count, moment, plain } from "./words.js";
import { amountText, decimal, decimalsOf, minorUnits } from "./money.js";
import { currentKey, keepActor, lastActor, shopOf } from "./key.js";
import { get, ofOnePerson, part, post } from "./api.js";
import { question } from "./dialog.js";

/** Who decides and why: fields, and what they say. */
function decided(needsName) {
  const actor = element("input", { type: "text", maxlength: "64", autocomplete: "name", value: lastActor(), required: needsName });
  const note = element("textarea", { rows: "2", maxlength: "500" });
  const fields = [
    field(needsName ? "Your name" : "Your name, if you like", actor, "It stands in the payment log."),
    field("Why, if you like", note, "For whoever reads the log later."),
  ];
  const said = () => {
    const name = actor.value.trim();
    keepActor(name);
    return { ...(name && { actor: name }), ...(note.value.trim() && { note: note.value.trim() }) };
  };
  const fault = () => (needsName && !actor.value.trim() ? "Enter your name: the log says who decided." : null);
  return { fields, said, fault };
}

/** Sends decisions about an order. Where that changed since it was shown, whoever decides looks at the news first. */
function decides(shown) {
  let tried = false;
  return async (path, body) => {
    const still = ofOnePerson();
    const now = await get(`v1/orders/${part(shown.id)}`);
    const why = tried ? "The order changed; what you sent first may be why." : "The order changed while you were deciding, so nothing was sent.";
    if (now.updated_at !== shown.updated_at) return { fault: `${why} Look at it again.`, stale: true };
    still();
    tried = true;
    return post(path, body);
  };
}

function randomKey() {
  return [...crypto.getRandomValues(new Uint8Array(16))].map((byte) => byte.toString(16).padStart(2, "0")).join("");
}

/**
 * Sends a body under one key for as long as nobody knows what came of it, so that a repeat is the same request. Until
 * then another body is not sent: the first may have been made, and then both would be.
 */
function once(order) {
  // Whoever signs in to another shop asks for something else, though its order has the same id.
  const wanted = `${shopOf(currentKey())} ${order}`;
  return async (path, body) => {
    const text = JSON.stringify(body);
    const before = wishes.get(wanted);
    if (before && text !== before.text) return { fault: "Nobody knows yet whether the first request was made. Send it again unchanged: it is made once. Or do nothing, and load this page again." };
    const wish = before ?? { key: randomKey(), text };
    wishes.set(wanted, wish);
    try {
      const came = await post(path, body, { "Idempotency-Key": wish.key });
      wishes.delete(wanted);
      return came;
    } catch (error) {
      // Refused at once and by payproof itself, nothing was made. A refusal of a repeat says nothing of the first.
      if (!before && error.code && [400, 404, 409, 422].includes(error.status)) wishes.delete(wanted);
      throw error;
    }
  };
}

/** What was asked for an order and not answered yet. It outlives the question: whoever asks again asks for the same. */
const wishes = new Map();

const REFUND = {
  pending: "It is under way; nothing has to be sent again.",
  succeeded: "The money is back with the customer.",
  failed: "It failed.",
};

/** The statuses of a session that can hold money. */
const HOLDS = ["paid", "review", "refunded"];

function orderNamed(id) {
  return `Order ${id}`;
}

/** How a refund stands, in a sentence. */
function refundText({ amount, currency, status, reason }) {
  return [`Refund of ${amountText(amount, currency)}: ${REFUND[status]}`, reason && [" (", foreign(reason), ")"]];
}

/** Paid by hand, described in the configuration, or without a way to be asked about a session: there is nobody to ask. */
export const NOBODY_TO_ASK = /^(manual$|nowpayments$|generic:)/;

/** Whether money came that the order's sums do not tell: of another currency, or of an amount that its provider tells nobody. */
export function holdsUntoldMoney(order) {
  const paid = order.sessions.some((session) => session.status === "paid");
  return order.attention.includes("currency_mismatch") || (paid && order.amount_paid === 0);
}

export function askRefund(order, answered) {
  const { currency } = order;
  const left = Math.max(0, order.amount_paid - order.amount_refunded);
  const untold = holdsUntoldMoney(order);
  // One refund is of one payment: of several nobody but whoever asks knows which.
  const one = order.sessions.filter(({ status }) => HOLDS.includes(status)).length < 2 && order.amount_paid <= order.amount;
  const amount = element("input", { type: "text", inputmode: "decimal", autocomplete: "off", value: left && one && !untold ? decimal(left, decimalsOf(currency)) : "", on: { input: () => repeat() } });
  // A point parts decimals here and thousands elsewhere: what was read is repeated.
  const repeated = element("p", { class: "hint", role: "status" });
  const repeat = () => {
    const read = minorUnits(amount.value, currency);
    fill(repeated, !read.fault && `Read as ${amountText(read.minor, currency)}.`);
  };
  repeat();
  const session = choice([["", "payproof finds it"], ...order.sessions.map((each) => [each.id, `attempt ${each.attempt}, ${each.provider}, ${plain(each.status)}`])], "");
  const reason = element("textarea", { rows: "2", maxlength: "500" });
  const send = once(order.id);
  question({
    about: orderNamed(order.id),
    title: "Refund",
    says: [
      `Sends money of order ${order.id} back to the customer, by the way it came. It cannot be undone.`,
      untold ? `Money came that is not told in ${currency}: leave the amount empty, and all that is left of it goes back.` : `Up to ${amountText(left, currency)} of ${amountText(order.amount_paid, currency)} can go back; refunds that are under way count, too.`,
    ],
    fields: [
      field(`Amount in ${currency}`, amount, "Empty: all that is left of the payment."),
      repeated,
      order.sessions.length > 1 && field("Of which attempt", session),
      field("Why, if you like", reason, "It stands in the payment log."),
    ],
    deed: "Refund",
    danger: true,
    answered,
    send: async () => {
      const body = {};
      if (amount.value.trim()) {
        if (untold) return { fault: `Leave the amount empty: money came that is not told in ${currency}, and all that is left of it goes back.` };
        const read = minorUnits(amount.value, currency);
        if (read.fault) return read;
        body.amount = read.minor;
      }
      if (session.value) body.session_id = session.value;
      if (reason.value.trim()) body.reason = reason.value.trim();
      const came = await send(`v1/orders/${part(order.id)}/refunds`, body);
      return came.fault ? came : refundText(came);
    },
  });
}

export function askCancel(session, answered) {
  const by = decided(false);
  question({
    about: orderNamed(session.order_id),
    title: `Cancel attempt ${session.attempt}`,
    says: `Stops it. Where ${session.provider} can, it closes the checkout first; money that still comes counts all the same. The customer may be sent to a new one.`,
    fields: by.fields,
    deed: "Cancel the session",
    danger: true,
    answered,
    send: async () => {
      const now = await post(`v1/sessions/${part(session.id)}/cancel`, by.said());
      return `Attempt ${now.attempt} is ${plain(now.status)}.`;
    },
  });
}

const ASKED = {
  applied: "Its answer was news, and is recorded.",
  review: "Its answer was news, and a person has to decide now.",
  unchanged: "Its answer changed nothing.",
};

export function askProvider(session, answered) {
  question({
    about: orderNamed(session.order_id),
    title: `Ask ${session.provider}`,
    says: `Asks ${session.provider} now what became of attempt ${session.attempt}. What it says is recorded, as its webhook would be.`,
    deed: "Ask the provider",
    answered,
    send: async () => {
      const { outcome, session: now } = await post(`v1/sessions/${part(session.id)}/reconcile`, {});
      return `${session.provider} answered. ${ASKED[outcome]} Attempt ${now.attempt} is ${plain(now.status)}.`;
    },
  });
}

/** The money that somebody decides about, as far as the order tells it. */
function whatCame(order) {
  const money = (minor) => amountText(minor, order.currency);
  const costs = `the order costs ${money(order.amount)}.`;
  if (holdsUntoldMoney(order) || !order.amount_paid) return `How much came is not told in ${order.currency}: the story says what is known; ${costs}`;
  const back = order.amount_refunded ? `, and ${money(order.amount_refunded)} went back` : "";
  return `${money(order.amount_paid)} came${order.sessions.length > 1 ? ", by all attempts together" : ""}${back}; ${costs}`;
}

/** Approving or rejecting; of a session that nobody but a person sees the money of, approving says that it came. */
export function askReview(order, session, decision, answered) {
  const by = decided(true);
  const amount = amountText(session.amount, session.currency);
  const byHand = session.status !== "review";
  const approve = byHand ? `Says that ${amount} came for attempt ${session.attempt}, all of it. The order is paid, and the shop is told.` : `Says that what came for attempt ${session.attempt} is enough; where the provider only holds it, it is asked first. The order is paid, and the shop is told.`;
  const decide = decides(order);
  const reject = `Turns attempt ${session.attempt} away: money that came is sent back to the customer at once.`;
  question({
    about: orderNamed(order.id),
    title: decision === "approve" ? `Approve attempt ${session.attempt}` : `Reject attempt ${session.attempt}`,
    says: [decision === "approve" ? approve : reject, !byHand && whatCame(order)].filter(Boolean),
    fields: by.fields,
    deed: decision === "approve" ? (byHand ? "The money came" : "Approve") : "Reject",
    danger: decision === "reject",
    answered,
    send: async () => {
      const fault = by.fault();
      if (fault) return { fault };
      const came = await decide(`v1/sessions/${part(session.id)}/review`, { decision, ...by.said() });
      if (came.fault) return came;
      const { session: now, refunds } = came;
      const back = decision === "reject" && !refunds.length && now.status === "review" ? " Nothing was sent back from here: if money came, send it back at the provider." : "";
      return [`Attempt ${now.attempt} is ${plain(now.status)}.${back}`, refunds.map((refund) => [" ", refundText(refund)])];
    },
  });
}

export function askAcknowledge(order, answered) {
  const by = decided(true);
  const decide = decides(order);
  const boxes = order.attention.map((word) => {
    const box = element("input", { type: "checkbox", value: word, checked: true });
    return { box, label: element("label", { class: "check" }, box, " ", ATTENTION[word]?.says ?? plain(word)) };
  });
  question({
    about: orderNamed(order.id),
    title: "Acknowledge",
    says: `Says that you have looked at this of order ${order.id}. It needs nobody any more, until something raises it again. No money moves.`,
    fields: [element("fieldset", null, element("legend", null, "Looked at"), boxes.map(({ label }) => label)), ...by.fields],
    deed: "Acknowledge",
    answered,
    send: async () => {
      const attention = boxes.filter(({ box }) => box.checked).map(({ box }) => box.value);
      if (!attention.length) return { fault: "Choose what you have looked at." };
      const fault = by.fault();
      if (fault) return { fault };
      const now = await decide(`v1/orders/${part(order.id)}/acknowledge`, { attention, ...by.said() });
      if (now.fault) return now;
      if (now.attention.length) return `Acknowledged. It still needs somebody for: ${now.attention.map(plain).join(", ")}.`;
      return now.status === "review" ? "Acknowledged. It is still in review: approve or reject it." : "Acknowledged. Nothing about this order needs anybody now.";
    },
  });
}

export function askResend(notification, answered) {
  question({
    about: orderNamed(notification.order_id),
    title: "Tell the shop again",
    says: `Sends ${notification.type} (number ${notification.sequence} of order ${notification.order_id}) to the shop's server at once, under the same id: ${notification.id}.`,
    deed: "Tell it again",
    answered,
    send: async () => {
      await post(`v1/notifications/${part(notification.id)}/resend`, {});
      return `Notification ${notification.sequence} is sent at once; the try will stand in the story.`;
    },
  });
}

const DAY_SECONDS = 86400;

export function askLink(order) {
  const valid = choice([[String(DAY_SECONDS), "a day"], [String(7 * DAY_SECONDS), "a week"], [String(30 * DAY_SECONDS), "30 days"]], String(7 * DAY_SECONDS));
  question({
    about: orderNamed(order.id),
    title: "Make a payment link",
    says: `An address that order ${order.id} (${amountText(order.amount, order.currency)}) can be paid at. Whoever has it can pay by it, and sees the description and the amount.`,
    fields: [field("Valid for", valid)],
    deed: "Make the link",
    send: async () => {
      const link = await post("v1/payment-links", { order_id: order.id, expires_in: Number(valid.value) });
      return linkMade(link);
    },
  });
}

function linkMade(link) {
  const address = element("input", { type: "text", readonly: true, value: link.url, on: { focus: () => address.select() } });
  const told = element("p", { role: "status" }, "The link is made. It is shown this once.");
  const copy = button("Copy", async () => {
    try {
      await navigator.clipboard.writeText(link.url);
      told.textContent = "Copied.";
    } catch {
      address.focus();
      told.textContent = "This browser does not let a page copy: the link is selected, copy it yourself.";
    }
  }, { kind: "primary" });
  return element("div", null, told, field("Link", address), element("p", { class: "quiet" }, "Valid until ", moment(link.expires_at), "."), element("div", { class: "deeds" }, copy));
}

/** All that failed since a moment, told again; goes on until nothing is left. */
export function askResendAll(since, answered) {
  question({
    title: "Tell the shop all of it again",
    says: "Sends everything again that the shop may not know: due at once, with all tries anew. Mend the shop's server first. Sending it twice is harmless.",
    deed: "Tell it all again",
    answered,
    send: async () => {
      const done = await toTheEnd("v1/notifications/resend", { since });
      return `${count(done, "notification is", "notifications are")} due at once.`;
    },
  });
}

/** Stored events of an outcome applied again, or, of what was refused, the providers asked. */
export function askReplayAll(outcome, answered) {
  const refused = outcome === "refused";
  question({
    title: refused ? "Ask the providers about all that is open" : "Apply them all again",
    says: refused ? "Of refused deliveries nothing was believed or kept. Once what made us refuse them is mended, this asks the providers about every open order." : `Applies every stored event that is ${plain(outcome)} once more. Nothing is applied twice.`,
    deed: refused ? "Ask the providers" : "Apply them all",
    answered,
    send: async () => {
      const done = await toTheEnd("v1/events/replay", { outcome });
      return refused ? `${count(done, "order was", "orders were")} looked at.` : `${count(done, "event is", "events are")} applied now that ${done === 1 ? "was" : "were"} not.`;
    },
  });
}

/** A bulk request works for some seconds and says where to go on. */
async function toTheEnd(path, body) {
  const still = ofOnePerson();
  let done = 0;
  let cursor = null;
  do {
    still();
    const answer = await post(path, cursor ? { ...body, cursor } : body);
    done += answer.done;
    cursor = answer.next_cursor;
  } while (cursor);
  return done;
}
