// An order's story to take away: as JSON, as a table, on paper.
import { button, element } from "./dom.js";
import { decimal, decimalsOf } from "./money.js";

const COLUMNS = ["at", "kind", "text", "status_before", "status_after", "amount", "currency", "reason", "provider", "session_id", "event_id", "provider_payment_id", "occurred_at", "processed_at"];

/** A cell. Spreadsheets take a text that begins like a formula for one, so that is led by an apostrophe. */
function cell(value) {
  const text = String(value ?? "");
  const tame = /^[=+\-@\t\r]/.test(text) ? `'${text}` : text;
  return `"${tame.replaceAll('"', '""')}"`;
}

/** The log as CSV (RFC 4180), amounts with the currency's decimals. */
export function asTable(entries) {
  const values = (entry) => {
    const amount = entry.amount === undefined || !entry.currency ? "" : decimal(entry.amount, decimalsOf(entry.currency));
    return COLUMNS.map((name) => cell(name === "amount" ? amount : entry[name]));
  };
  return [COLUMNS.map(cell), ...entries.map(values)].map((line) => `${line.join(",")}\r\n`).join("");
}

function save(name, type, text) {
  const address = URL.createObjectURL(new Blob([text], { type }));
  element("a", { href: address, download: name }).click();
  // The download has begun by then; what is not let go of stays in memory as long as the tab.
  setTimeout(() => URL.revokeObjectURL(address), 10000);
}

/** The buttons that take the story of an order away. */
export function takeAway(order, entries) {
  return element(
    "div",
    { class: "deeds" },
    button("Save as JSON", () => save(`${order.id}.json`, "application/json", JSON.stringify({ order, entries }, null, 2)), { kind: "small" }),
    button("Save as CSV", () => save(`${order.id}.csv`, "text/csv;charset=utf-8", `\ufeff${asTable(entries)}`), { kind: "small" }),
    button("Print", () => print(), { kind: "small" }),
  );
}
