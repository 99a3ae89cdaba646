// A provider's settlement list beside what is held here: whose amounts differ, and what of it nobody here knows.
import { button, element, fill, foreign, goOn, inLine, page, say, section, field } from "./dom.js";
import { badge, count } from "./words.js";
import { amountText, minorUnits } from "./money.js";
import { mayAct } from "./key.js";
import { get, ofOnePerson, ordersOf, part } from "./api.js";
import { NOBODY_TO_ASK, askProvider } from "./acts.js";

const ROWS_MAX = 500;
const AT_ONCE = 4;
/** How many pages of the newest orders are read before anybody is looked for by name: most of a list is of late. */
const NEWEST_PAGES = 10;

/** What parts the cells: the mark that the first line which says anything has most of, outside quotes. */
function markOf(text) {
  const line = (text.split("\n").find((each) => each.trim()) ?? "").replaceAll(/"[^"]*"/g, "");
  const times = (mark) => line.split(mark).length - 1;
  return [";", "\t", ","].reduce((most, mark) => (times(mark) > times(most) ? mark : most), line.includes(";") ? ";" : ",");
}

/**
 * The cells of a CSV text (RFC 4180). A quote within a cell is one of its letters, as in 12" vinyl; `open` is the line of
 * one that begins a cell and does not end with it.
 */
export function cellsOf(written) {
  const text = written.replaceAll(/\r\n?/g, "\n");
  const mark = markOf(text);
  const rows = [[""]];
  let line = 1;
  let began = 0;
  let inside = false;
  for (let at = 0; at < text.length; at += 1) {
    const letter = text[at];
    const row = rows.at(-1);
    const last = row.length - 1;
    if (inside) {
      if (letter !== '"') row[last] += letter;
      else if (text[at + 1] === '"') row[last] += text[(at += 1)];
      else inside = false;
    } else if (letter === '"' && !began && !row[last].trim()) {
      inside = true;
      began = line;
    } else if (letter === mark || letter === "\n") {
      began = 0;
      if (letter === mark) row.push("");
      else rows.push([""]);
    } else if (began && letter.trim()) {
      return { cells: [], open: began };
    } else row[last] += letter;
    line += letter === "\n" ? 1 : 0;
  }
  return { cells: rows.map((row) => row.map((cell) => cell.trim())).filter((row) => row.some(Boolean)), open: inside ? began : 0 };
}

/** What a list says: reference, minor units, currency; the lines that could not be read, with why; or why none could. */
export function readList(text) {
  const { cells, open } = cellsOf(text.replace(/^\ufeff/, ""));
  if (open) return { fault: `Line ${open}: a quote begins a cell there and does not end with it, so the cells cannot be told apart. Nothing was compared.` };
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
async function newestByReference(wanted, still) {
  const byOrder = new Map();
  const byOther = new Map();
  const find = (reference) => byOrder.get(reference) ?? byOther.get(reference);
  let cursor = null;
  for (let pages = 0; pages < NEWEST_PAGES && !wanted.every(find); pages += 1) {
    still();
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

/** The order that a reference leads to. */
async function orderOf(reference) {
  const found = await ordersOf(reference);
  if (found.length > 1) throw { message: `Several orders have this id: ${found.map(({ id }) => id).join(", ")}.` };
  return found[0];
}

/** What each order of the list is said to have brought, by currency, beside the order. */
async function compare(rows, unread, tell) {
  const unknown = [];
  const orders = new Map();
  const left = [...rows];
  const still = ofOnePerson();
  const find = await newestByReference(rows.map((row) => row.reference), still);
  const work = async () => {
    for (let row = left.shift(); row; row = left.shift()) {
      let order;
      still();
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
    const { fault, rows, unread } = readList(list.value);
    if (fault || !rows.length || rows.length > ROWS_MAX) {
      const why = fault ?? (rows.length ? `The list has ${rows.length} lines; up to ${ROWS_MAX} are compared at once.` : `No line could be read.${unread.length ? ` The first: ${unread[0][1]}` : ""}`);
      return fill(place, element("p", { class: "notice error", role: "alert" }, why));
    }
    const from = document.activeElement;
    const within = place.contains(from);
    send.disabled = true;
    const told = element("p", { class: "quiet" }, "Reading…");
    fill(place, told);
    try {
      const found = await compare(rows, unread, (done) => { told.textContent = `Looked at ${done} of ${rows.length}…`; });
      fill(place, outcome(found, unread, asked));
    } catch (error) {
      fill(place, element("p", { class: "notice error", role: "alert" }, inLine(error)));
    }
    send.disabled = false;
    if (within || from === send) goOn(place, within ? null : send);
  };
  const asked = (words) => {
    say(words);
    if (place.isConnected) submit();
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
