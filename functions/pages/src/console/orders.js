// The orders: what needs somebody first, then all of them, newest first, by what is asked for.
import { button, choice, element, field, fill, foreign, go, goOn, load, page, put, section, trouble } from "./dom.js";
import { ATTENTION, STATUS, badge, count, moment, plain } from "./words.js";
import { amountText } from "./money.js";
import { get, ofOnePerson, part } from "./api.js";

/** After so many pages in which nothing suits, somebody is asked whether to look further. */
const EMPTY_PAGES = 5;

/** One order in a list. */
function row(order) {
  return element(
    "li",
    null,
    element(
      "a",
      { class: "row", href: `#/orders/${part(order.id)}` },
      element("span", { class: "name" }, foreign(order.id)),
      element("span", { class: "amount" }, amountText(order.amount, order.currency)),
      badge(order.status),
      element("span", { class: "quiet" }, moment(order.created_at)),
      order.customer_email && element("span", { class: "quiet wide" }, foreign(order.customer_email)),
      order.attention.length > 0 && element("span", { class: "wants wide" }, order.attention.map(plain).join(", ")),
    ),
  );
}

/** Midnight, in this browser's zone, of a day as a date field writes it; `after` days later. */
function midnight(day, after) {
  const [year, month, date] = day.split("-").map(Number);
  return new Date(year, month - 1, date + after).getTime();
}

function asked(query, cursor) {
  const from = query.get("from");
  const to = query.get("to");
  return {
    status: query.get("status"),
    attention: query.get("attention"),
    from: from && new Date(midnight(from, 0)).toISOString(),
    to: to && new Date(midnight(to, 1) - 1).toISOString(),
    cursor,
  };
}

/** Which orders need a person: all of them, however old, a page at a time. */
function attentionList() {
  const rows = element("ul", { class: "rows" });
  const end = element("div", { "aria-live": "polite" });
  let listed = 0;
  const next = async (cursor) => {
    const answer = await get("v1/orders", { attention: "any", cursor });
    listed += answer.data.length;
    put(rows, answer.data.map(row));
    const { length } = rows.children;
    if (answer.next_cursor) return button(listed ? "More that need somebody" : "Look further", () => load(end, () => next(answer.next_cursor), () => rows.children[length]));
    return !listed && element("p", { class: "notice fine" }, "Nothing needs anybody.");
  };
  load(end, () => next(null));
  return [rows, end];
}

function filters(query, typed) {
  const status = choice([["", "any"], ...Object.keys(STATUS).map((word) => [word, plain(word)])], query.get("status") ?? "");
  const attention = choice([["", "anything or nothing"], ["any", "anything"], ...Object.keys(ATTENTION).map((word) => [word, plain(word)])], query.get("attention") ?? "");
  const from = element("input", { type: "date", value: query.get("from") ?? "" });
  const to = element("input", { type: "date", value: query.get("to") ?? "" });
  const email = element("input", { type: "search", autocomplete: "off", spellcheck: "false", on: { input: () => typed(email.value.trim().toLowerCase()) } });
  const submit = (event) => {
    event.preventDefault();
    const wanted = { status: status.value, attention: attention.value, from: from.value, to: to.value };
    const chosen = new URLSearchParams(Object.entries(wanted).filter(([, value]) => value)).toString();
    go(chosen ? `#/orders?${chosen}` : "#/orders");
  };
  return element(
    "form",
    { class: "filters", on: { submit } },
    field("Status", status),
    field("Needs attention for", attention),
    field("Registered from", from),
    field("until", to),
    element("div", { class: "deeds" }, element("button", { type: "submit", class: "primary" }, "Show"), element("a", { href: "#/orders" }, "Show all")),
    // An address would keep it: it is looked for in what is listed, and goes nowhere.
    field("E-mail, in what is listed", email),
  );
}

/** The page. */
export function ordersPage(query) {
  const rows = element("ul", { class: "rows" });
  const end = element("div", { "aria-live": "polite" });
  const orders = [];
  let cursor = null;
  let email = "";
  let reading = false;
  let failed = null;
  const draw = () => {
    const shown = orders.filter((order) => !email || (order.customer_email ?? "").toLowerCase().includes(email));
    fill(rows, shown.map(row));
    // What could not be read is not said to be nothing, whatever somebody types meanwhile.
    if (failed) return fill(end, trouble(failed, next));
    const more = cursor && button(shown.length ? "More" : "Look further", next);
    const without = email && " with this e-mail among those listed";
    const none = !shown.length && element("p", { class: "quiet" }, cursor ? "None so far" : "There are none", without, ".");
    fill(end, none || (email && element("p", { class: "quiet" }, `${count(shown.length, "order")}`, without, ".")), more);
  };
  const next = async () => {
    const within = end.contains(document.activeElement);
    const { length } = rows.children;
    const still = ofOnePerson();
    reading = true;
    failed = null;
    fill(end, element("p", { class: "quiet" }, "Reading…"));
    try {
      const before = orders.length;
      for (let pages = 0; pages < EMPTY_PAGES && orders.length === before; pages += 1) {
        still();
        const answer = await get("v1/orders", asked(query, cursor));
        orders.push(...answer.data);
        cursor = answer.next_cursor;
        if (!cursor) break;
      }
    } catch (error) {
      failed = error;
    }
    reading = false;
    draw();
    if (within) goOn(end, rows.children[length]);
  };
  next();
  const filtered = [...query.keys()].length > 0;
  const first = filtered ? null : section("Needs somebody", attentionList());
  const filter = filters(query, (typed) => {
    email = typed;
    if (!reading) draw();
  });
  return page("Orders", first, section(filtered ? "Orders as asked for" : "All orders, newest first", filter, rows, end));
}
