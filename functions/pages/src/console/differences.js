// A provider's settlement list beside what is held here: whose amounts differ, and what of it nobody here knows.
import { button, element, fill, foreign, page, say, section, field } from "./dom.js";
import { badge, count } from "./words.js";
import { amountText, minorUnits } from "./money.js";
import { mayAct } from "./key.js";
import { get, isSecret, ours, part } from "./api.js";
import { NOBODY_TO_ASK, askProvider } from "./acts.js";

const ROWS_MAX = 500;
const AT_ONCE = 4;
/** How many pages of the newest orders are read before anybody is looked for by name: most of a list is of late. */
const NEWEST_PAGES = 10;

/** The cells of a CSV text (RFC 4180), parted by whatever its first line is parted by. */
export function cellsOf(text) {
  const first = text.slice(0, (text + "\n").indexOf("\n"));
  const mark = [";", "\t", ","].find((each) => first.includes(each)) ?? ",";
  const rows = [[""]];
  let quoted = false;
  for (let at = 0; at < text.length; at += 1) {
    const letter = text[at];
    const row = rows.at(-1);
    if (quoted) {
      if (letter !== '"') row[row.length - 1] += letter;
      else if (text[at + 1] === '"') row[row.length - 1] += text[(at += 1)];
      else quoted = false;
    } else if (letter === '"') quoted = true;
    else if (letter === mark) row.push("");
    else if (letter === "\n") rows.push([""]);
    else if (letter !== "\r") row[row.length - 1] += letter;
  }
  return rows.map((row) => row.map((cell) => cell.trim())).filter((row) => row.some(Boolean));
}

/** What a list says: reference, minor units, currency; and the lines that could not be read, with why. */
export function readList(text) {
  const cells = cellsOf(text.replace(/^\ufeff/, ""));
  const names = cells[0]?.map((cell) => cell.toLowerCase()) ?? [];
  const named = names.includes("reference") && names.includes("amount") && names.includes("currency");
  const [reference, amount, currency] = named ? ["reference", "amount", "currency"].map((name) => names.indexOf(name)) : [0, 1, 2];
  const unread = [];
  const rows = [];
  for (const row of named ? cells.slice(1) : cells) {
    const code = (row[currency] ?? "").toUpperCase();
    const read = /^[A-Z]{3}$/.test(code) ? minorUnits(row[amount] ?? "", code) : { fault: "It has no currency." };
    if (!row[reference]) unread.push([row.join(", "), "It has no reference."]);
    else if (read.fault) unread.push([row[reference], read.fault]);
    else rows.push({ reference: row[reference], minor: read.minor, currency: code });
  }
  return { rows, unread };
}

/** The newest orders by whatever names them in a list: their own id first, then a session's, and what a provider calls a payment. */
async function newestByReference(wanted) {
  const byOrder = new Map();
  const byOther = new Map();
  const find = (reference) => byOrder.get(reference) ?? byOther.get(reference);
  let cursor = null;
  for (let pages = 0; pages < NEWEST_PAGES && !wanted.every(find); pages += 1) {
    const answer = await get("v1/orders", { cursor });
    for (const order of answer.data) {
      byOrder.set(order.id, order);
      for (const name of order.sessions.flatMap((session) => [session.id, ...session.provider_payment_ids])) {
        // What two orders are named by names neither: it is looked up by itself.
        byOther.set(name, byOther.has(name) ? undefined : order);
      }
    }
    cursor = answer.next_cursor;
    if (!cursor) break;
  }
  return find;
}

/** The order that a reference leads to; null where nobody here knows it. */
async function orderOf(reference) {
  const known = ours(reference);
  if (isSecret(reference) && !known) throw { message: "It looks like a secret, so it is not looked for." };
  try {
    return await get(`v1/orders/${part(known || reference)}`);
  } catch (error) {
    if (error.status !== 404 || known) throw error;
    const { data, not_asked } = await get("v1/orders", { provider_payment_id: reference });
    if (data.length > 1) throw { message: "Several orders have a payment of this id." };
    if (!data.length && not_asked.length) throw { message: `${not_asked.join(" and ")} did not say whose payment it is.` };
    return data[0] ?? null;
  }
}

/** What each order of the list is said to have brought, by currency, beside the order. */
async function compare(rows, unread, tell) {
  const unknown = [];
  const orders = new Map();
  const left = [...rows];
  const find = await newestByReference(rows.map((row) => row.reference));
  const work = async () => {
    for (let row = left.shift(); row; row = left.shift()) {
      let order;
      try {
        order = find(row.reference) ?? (await orderOf(row.reference));
      } catch (error) {
        if (error.status === 401) throw error;
        // Our own ids of nothing are nobody's.
        if (error.status !== 404) {
          unread.push([row.reference, error.message]);
          continue;
        }
      }
      tell(rows.length - left.length);
      if (!order) {
        unknown.push(row);
        continue;
      }
      const said = orders.get(order.id) ?? { order, sums: new Map() };
      said.sums.set(row.currency, (said.sums.get(row.currency) ?? 0) + row.minor);
      orders.set(order.id, said);
    }
  };
  await Promise.all(Array.from({ length: AT_ONCE }, work));
  const same = ({ order, sums }) => sums.size === 1 && sums.get(order.currency) === order.amount_paid;
  const all = [...orders.values()];
  return { same: all.filter(same).length, differing: all.filter((each) => !same(each)), unknown };
}

function differing({ order, sums }, asked) {
  const listed = [...sums].map(([currency, minor]) => amountText(minor, currency)).join(" and ");
  const several = order.sessions.length > 1;
  const askable = order.sessions.filter(({ provider }) => !NOBODY_TO_ASK.test(provider));
  const ask = (session) => button(several ? `Ask ${session.provider} about attempt ${session.attempt}…` : `Ask ${session.provider}…`, () => askProvider(session, asked), { kind: "small", about: `of order ${order.id}` });
  return element(
    "li",
    null,
    element("h3", null, element("a", { href: `#/orders/${part(order.id)}` }, "Order ", foreign(order.id)), " ", badge(order.status)),
    element("p", null, `The list says ${listed}; here ${order.amount_paid ? amountText(order.amount_paid, order.currency) : "nothing"} came, of ${amountText(order.amount, order.currency)}.`),
    mayAct() && askable.length > 0 && element("div", { class: "deeds" }, askable.map(ask)),
  );
}

function outcome({ same, differing: other, unknown }, unread, asked) {
  return element(
    "div",
    null,
    element("p", { class: `notice ${other.length || unknown.length ? "warm" : "fine"}` }, `${count(same, "order agrees", "orders agree")}, ${count(other.length, "differs", "differ")}, ${count(unknown.length, "line names", "lines name")} nothing that is known here. Orders that the list does not name were not looked for.`),
    other.length > 0 && element("ul", { class: "cards" }, other.map((each) => differing(each, asked))),
    unknown.length > 0 && [element("h3", null, "Not known here"), element("ul", null, unknown.map((row) => element("li", null, foreign(row.reference), `, ${amountText(row.minor, row.currency)}`)))],
    unread.length > 0 && [element("h3", null, "Not compared"), element("ul", null, unread.map(([line, why]) => element("li", null, foreign(line), ": ", foreign(why))))],
  );
}

/** The page. */
export function differencesPage() {
  const list = element("textarea", { rows: "8", spellcheck: "false", autocomplete: "off" });
  const file = element("input", { type: "file", accept: ".csv,.txt,text/csv,text/plain", on: { change: async () => { list.value = (await file.files[0]?.text()) ?? list.value; } } });
  const place = element("div", { "aria-live": "polite" });
  const send = element("button", { type: "submit", class: "primary" }, "Compare");
  const submit = async (event) => {
    event?.preventDefault();
    const { rows, unread } = readList(list.value);
    if (!rows.length || rows.length > ROWS_MAX) {
      const why = rows.length ? `The list has ${rows.length} lines; up to ${ROWS_MAX} are compared at once.` : `No line could be read.${unread.length ? ` The first: ${unread[0][1]}` : ""}`;
      return fill(place, element("p", { class: "notice error", role: "alert" }, why));
    }
    send.disabled = true;
    const told = element("p", { class: "quiet" }, "Reading…");
    fill(place, told);
    try {
      const found = await compare(rows, unread, (done) => { told.textContent = `Looked at ${done} of ${rows.length}…`; });
      fill(place, outcome(found, unread, asked));
    } catch (error) {
      fill(place, element("p", { class: "notice error", role: "alert" }, `${error.title}: ${error.message}`));
    }
    send.disabled = false;
  };
  const asked = (text) => {
    say(text);
    submit();
  };
  return page(
    "Differences",
    section(
      "A provider's list",
      element("p", null, "Lines of reference, amount and currency, such as ", element("code", null, "1042,49.99,EUR"), ". The reference is an order's id, a session's, which is what providers know an order by, or the provider's id of the payment. Amounts are what customers paid, before fees. The list stays in this tab; only its references are looked up."),
      element("form", { novalidate: true, on: { submit } }, field("List, as CSV", list), field("Or from a file", file), element("div", { class: "deeds" }, send)),
      place,
    ),
  );
}
