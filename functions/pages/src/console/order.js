// One order: how it stands, what can be done next, and why it is so.
import { button, code, element, facts, fill, foreign, load, page, say, section, trouble } from "./dom.js";
import { ATTENTION, STATUS, badge, moment, plain } from "./words.js";
import { amountText } from "./money.js";
import { mayAct } from "./key.js";
import { get, part } from "./api.js";
import { NOBODY_TO_ASK, askAcknowledge, askCancel, askLink, askProvider, askRefund, askReview, holdsUntoldMoney } from "./acts.js";
import { story } from "./story.js";
import { takeAway } from "./export.js";
import { notificationList } from "./notifications.js";

const OPEN = ["created", "pending"];
const PAYABLE = ["created", "pending", "failed", "cancelled", "expired"];
/** The least time between two looks at an order that is not final. */
const FOLLOW_MS = 3000;

function deeds(...buttons) {
  const there = buttons.flat(Infinity).filter(Boolean);
  return there.length > 0 && element("div", { class: "deeds" }, there);
}

function attention(order) {
  if (!order.attention.length) return null;
  const words = order.attention.map((word) => {
    const { says, deed } = ATTENTION[word] ?? { says: plain(word), deed: "" };
    return element("li", null, element("strong", null, says), " ", deed);
  });
  return element("div", { class: "notice warm" }, element("h2", null, "Needs somebody"), element("ul", null, words));
}

function lines(order) {
  if (!order.line_items.length) return null;
  return element("ul", { class: "plain" }, order.line_items.map((line) => element("li", null, `${line.quantity} × `, foreign(line.name), `, ${amountText(line.unit_amount, order.currency)} each`)));
}

function notes(order) {
  const known = Object.entries(order.metadata);
  return known.length > 0 && element("ul", { class: "plain" }, known.map(([name, value]) => element("li", null, foreign(name), ": ", foreign(value))));
}

/** What can be done about a session. Its number is said where the order has several. */
function sessionActs(order, each, several, changed) {
  const byHand = each.provider === "manual" && [...OPEN, "expired"].includes(each.status);
  const named = (text) => (several ? `${text} attempt ${each.attempt}…` : `${text}…`);
  return [
    each.status === "review" && button(named("Approve"), () => askReview(order, each, "approve", changed), { kind: "primary" }),
    each.status === "review" && button(named("Reject"), () => askReview(order, each, "reject", changed)),
    byHand && button(several ? `The money of attempt ${each.attempt} came…` : "The money came…", () => askReview(order, each, "approve", changed)),
    OPEN.includes(each.status) && button(named("Cancel"), () => askCancel(each, changed)),
    !NOBODY_TO_ASK.test(each.provider) && button(several ? `Ask ${each.provider} about attempt ${each.attempt}…` : `Ask ${each.provider}…`, () => askProvider(each, changed)),
  ];
}

/** The sessions that the next thing to do is about: those in review, else the last. */
function current(order) {
  const held = order.sessions.filter((each) => each.status === "review");
  return held.length ? held : order.sessions.slice(-1);
}

function standing(order, changed) {
  const money = (minor) => amountText(minor, order.currency);
  const several = order.sessions.length > 1;
  const acts = mayAct() && deeds(
    current(order).map((each) => sessionActs(order, each, several, changed)),
    (order.amount_paid > order.amount_refunded || holdsUntoldMoney(order)) && button("Refund…", () => askRefund(order, changed)),
    order.attention.length > 0 && button("Acknowledge…", () => askAcknowledge(order, changed)),
    PAYABLE.includes(order.status) && button("Make a payment link…", () => askLink(order)),
  );
  return element(
    "section",
    { class: "sheet", "aria-label": "How it stands" },
    element("p", { class: "standing" }, element("span", { class: "amount" }, money(order.amount)), " ", badge(order.status)),
    element("p", null, STATUS[order.status] ?? ""),
    attention(order),
    acts,
    facts(
      ["Paid", money(order.amount_paid)],
      ["Refunded", money(order.amount_refunded)],
      ["Registered", moment(order.created_at)],
      ["Last change", moment(order.updated_at)],
      ["Description", order.description && foreign(order.description)],
      ["E-mail", order.customer_email && foreign(order.customer_email)],
      ["Country", order.country],
      ["Lines", lines(order)],
      ["The shop's notes", notes(order)],
      ["Our id", code(order.payment_id)],
    ),
  );
}

function session(each, order, changed) {
  const offered = current(order).includes(each);
  return element(
    "li",
    null,
    element("h3", null, `Attempt ${each.attempt} `, badge(each.status)),
    facts(
      ["Provider", foreign(each.provider)],
      ["Method", plain(each.method)],
      ["Opened", moment(each.created_at)],
      ["Customer sent", each.sent_at && moment(each.sent_at)],
      ["Customer back", each.returned_at && moment(each.returned_at)],
      ["Confirmed", each.confirmed_at && moment(each.confirmed_at)],
      [each.final ? "Was valid until" : "Valid until", moment(each.expires_at)],
      ["Refunded", each.amount_refunded > 0 && amountText(each.amount_refunded, each.currency)],
      ["Why", each.reason_text && foreign(each.reason_text)],
      ["Reason", each.reason && code(each.reason)],
      ["The customer reads", each.message],
      ["Session", code(each.id)],
      ["Payment at the provider", each.provider_payment_ids.length > 0 && each.provider_payment_ids.map((id) => [code(id), " "])],
    ),
    mayAct() && !offered && deeds(sessionActs(order, each, true, changed)),
  );
}

function shown(order, changed) {
  const sessions = order.sessions.length
    ? element("ul", { class: "cards" }, order.sessions.map((each) => session(each, order, changed)))
    : element("p", { class: "quiet" }, "Nobody has opened a session yet: the customer was not sent anywhere.");
  const log = element("div");
  load(log, async () => {
    const { entries } = await get(`v1/orders/${part(order.id)}/timeline`);
    return [story(entries), takeAway(order, entries)];
  });
  const said = element("div");
  load(said, async () => notificationList((await get("v1/notifications", { order_id: order.id })).data, changed, "The shop was told nothing of this order: nothing changed yet, or its configuration names no address."));
  return [
    standing(order, changed),
    section("What happened", log),
    section("Sessions", sessions),
    section("What the shop was told", said),
  ];
}

/** Looks again, as often as the API says, until the order changed, its sessions are final, or `shown()` no longer holds. */
function follow(order, shown, changed) {
  const waits = order.sessions.map((each) => each.poll_after_ms).filter(Boolean);
  if (!waits.length) return;
  setTimeout(async () => {
    if (!shown()) return;
    // Nobody reads it now, or somebody is deciding about what it says.
    if (document.hidden || document.querySelector("dialog")) return follow(order, shown, changed);
    const now = await get(`v1/orders/${part(order.id)}`).catch(() => order);
    if (!shown()) return;
    if (now.updated_at === order.updated_at) follow(now, shown, changed);
    else changed();
  }, Math.max(FOLLOW_MS, Math.min(...waits)));
}

/** The page of an order. */
export function orderPage(id) {
  const body = element("div", { class: "page" });
  let reading = 0;
  const read = async (focus) => {
    // An answer that a later one has overtaken is of before.
    const turn = (reading += 1);
    const newest = () => whole.isConnected && reading === turn;
    body.setAttribute("aria-busy", "true");
    try {
      const order = await get(`v1/orders/${part(id)}`);
      if (!newest()) return;
      fill(body, shown(order, changed));
      if (focus) whole.querySelector("h1").focus();
      follow(order, newest, news);
    } catch (error) {
      if (!newest()) return;
      fill(body, error.status === 404 ? element("p", { class: "notice error", role: "alert" }, "The shop has no order of this id.") : trouble(error, () => read(true)));
    }
    body.removeAttribute("aria-busy");
  };
  const changed = (words, kind) => {
    say(words, kind);
    if (whole.isConnected) read(true);
  };
  // Who is at a button or at the details is not torn away from it.
  const news = () => {
    if (body.contains(document.activeElement)) return say("The order changed meanwhile: read it again.", "warm");
    say("The order changed.");
    return read(false);
  };
  const again = button("Read again", () => read(true), { kind: "small" });
  const whole = page(["Order ", foreign(id)], element("p", { class: "beside" }, element("a", { href: "#/orders" }, "All orders"), again), body);
  fill(body, element("p", { class: "quiet" }, "Reading…"));
  read(false);
  return whole;
}
