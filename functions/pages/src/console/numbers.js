// Numbers of the newest orders: sessions by day and by provider, how many were paid, and why others were not.
import { element, foreign, load, page, section } from "./dom.js";
import { count, plain } from "./words.js";
import { get } from "./api.js";

/** How many pages of orders are counted, of up to 50 each. */
const COUNTED_PAGES = 8;
const DAYS_SHOWN = 31;
const DAY = new Intl.DateTimeFormat("en-GB", { weekday: "short", day: "numeric", month: "short", year: "numeric" });

/** The newest orders, and whether these are all. */
async function newest() {
  const orders = [];
  let cursor = null;
  for (let pages = 0; pages < COUNTED_PAGES; pages += 1) {
    const answer = await get("v1/orders", { cursor });
    orders.push(...answer.data);
    cursor = answer.next_cursor;
    if (!cursor) break;
  }
  return { orders, all: !cursor };
}

/** Sessions by what `of` calls them, in the order in which they come. */
function counted(sessions, of) {
  const groups = new Map();
  for (const session of sessions) {
    const name = of(session);
    const group = groups.get(name) ?? { sessions: 0, ended: 0, paid: 0 };
    group.sessions += 1;
    group.ended += session.final ? 1 : 0;
    // What went back was paid before.
    group.paid += session.status === "paid" || session.status === "refunded" ? 1 : 0;
    groups.set(name, group);
  }
  return [...groups];
}

/** A bar beside its number. */
function bar(value, most, text, about) {
  return element("td", null, element("span", { class: "amount" }, text), element("meter", { min: 0, max: Math.max(most, 1), value, "aria-label": about }));
}

function table(title, first, groups) {
  const most = Math.max(...groups.map(([, group]) => group.sessions));
  const line = ([name, { sessions, ended, paid }]) => element(
    "tr",
    null,
    element("th", { scope: "row" }, foreign(name)),
    bar(sessions, most, String(sessions), `Sessions, ${name}`),
    bar(paid, ended, ended ? `${paid} of ${ended}, ${Math.round((100 * paid) / ended)} %` : "none ended", `Paid, ${name}`),
  );
  const head = element("tr", null, [first, "Sessions", "Paid of those that ended"].map((text) => element("th", { scope: "col" }, text)));
  return section(title, element("table", null, element("thead", null, head), element("tbody", null, groups.map(line))));
}

/** Why attempts failed, the most frequent first. */
function declines(sessions) {
  const failed = sessions.filter((session) => session.status === "failed");
  if (!failed.length) return element("p", { class: "notice fine" }, "No attempt failed.");
  const reasons = counted(failed, (session) => session.reason_text ?? session.reason ?? "The provider gave no reason.");
  reasons.sort(([, one], [, other]) => other.sessions - one.sessions);
  const line = ([reason, { sessions: times }]) => element("tr", null, bar(times, failed.length, String(times), reason), element("td", null, foreign(reason)));
  const head = element("tr", null, ["Attempts", "Why"].map((text) => element("th", { scope: "col" }, text)));
  return element("table", null, element("thead", null, head), element("tbody", null, reasons.map(line)));
}

/** The page. */
export function numbersPage() {
  const place = element("div", { class: "page" });
  load(place, async () => {
    const { orders, all } = await newest();
    const sessions = orders.flatMap((order) => order.sessions).sort((one, other) => other.created_at.localeCompare(one.created_at));
    const from = `From ${all ? "all" : "the newest"} ${count(orders.length, "order")}, with ${count(sessions.length, "session")}.`;
    if (!sessions.length) return element("p", { class: "notice" }, "Nobody has opened a session yet, so there is nothing to count.");
    return [
      element("p", { class: "quiet" }, from),
      table("By day", "Opened on", counted(sessions, (session) => DAY.format(new Date(session.created_at))).slice(0, DAYS_SHOWN)),
      table("By provider", "Provider", counted(sessions, (session) => session.provider)),
      table("By method", "Method", counted(sessions, (session) => plain(session.method))),
      section("Why attempts failed", declines(sessions)),
    ];
  });
  return page("Numbers", place);
}
