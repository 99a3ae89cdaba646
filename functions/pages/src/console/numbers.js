// Numbers of a period: sessions by day and by provider, how many were paid and how fast that was known, and why others
// were not.
import { choice, element, field, fill, foreign, go, load, page, section } from "./dom.js";
import { count, plain } from "./words.js";
import { get, ofOnePerson } from "./api.js";

/** How many pages of orders are counted, of up to 50 each. */
const COUNTED_PAGES = 40;
const DAY_MS = 86400000;
const PERIODS = [["1", "the last 24 hours"], ["7", "the last 7 days"], ["30", "the last 30 days"], ["90", "the last 90 days"]];
const DAY = new Intl.DateTimeFormat("en-GB", { weekday: "short", day: "numeric", month: "short", year: "numeric" });
/** Nothing but news from outside changes these. What a customer reads may be final before: who paid by another session. */
const ENDED = ["paid", "refunded", "failed", "cancelled", "expired"];
/** Declines that are surely kept of a session, and of all sessions of an order. */
const DECLINES_KEPT = 20;
const DECLINES_KEPT_OF_ORDER = 60;
/** Seconds up to which a wait is short, and what it is then. */
const WAITS = [[2, "up to 2 s"], [10, "up to 10 s"], [60, "up to a minute"], [600, "up to 10 minutes"], [3600, "up to an hour"], [Infinity, "longer"]];

/** The newest orders since a moment, and whether these are all. */
async function newest(from, tell) {
  const orders = [];
  let cursor = null;
  const still = ofOnePerson();
  for (let pages = 0; pages < COUNTED_PAGES; pages += 1) {
    still();
    const answer = await get("v1/orders", { from, cursor });
    orders.push(...answer.data);
    cursor = answer.next_cursor;
    if (!cursor) break;
    tell(orders.length);
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
    group.ended += ENDED.includes(session.status) ? 1 : 0;
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

function plot(heads, lines) {
  const head = element("tr", null, heads.map((text) => element("th", { scope: "col" }, text)));
  return element("table", null, element("thead", null, head), element("tbody", null, lines));
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
  return section(title, plot([first, "Sessions", "Paid of those that ended"], groups.map(line)));
}

/** Whether an order may have had more declines than are kept of it. */
function declinedMore({ sessions }) {
  const each = sessions.map((session) => session.declines.length);
  return each.some((number) => number >= DECLINES_KEPT) || each.reduce((sum, number) => sum + number, 0) >= DECLINES_KEPT_OF_ORDER;
}

/** Why customers were declined, the most frequent first; also those who paid at another try. */
function declines(orders) {
  const all = orders.flatMap(({ sessions }) => sessions.flatMap((session) => session.declines));
  if (!all.length) return element("p", { class: "notice fine" }, "Nobody was declined.");
  const times = new Map();
  for (const { reason, reason_text } of all) {
    const why = reason_text ?? reason ?? "The provider gave no reason.";
    times.set(why, (times.get(why) ?? 0) + 1);
  }
  const reasons = [...times].sort(([, one], [, other]) => other - one);
  const line = ([reason, number]) => element("tr", null, bar(number, all.length, String(number), reason), element("td", null, foreign(reason)));
  const more = orders.some(declinedMore);
  return [
    more && element("p", { class: "notice warm" }, `At least: of a session no more than ${DECLINES_KEPT} declines are kept, and of an order no more than ${DECLINES_KEPT_OF_ORDER}.`),
    plot([more ? "At least so often" : "Times", "Why"], reasons.map(line)),
  ];
}

/** Milliseconds as people say them. */
function duration(ms) {
  if (ms < 1000) return `${ms} ms`;
  if (ms < 120000) return `${Math.round(ms / 100) / 10} s`;
  return ms < 7200000 ? `${Math.round(ms / 60000)} min` : `${Math.round(ms / 3600000)} h`;
}

/** How long it took from a moment to the confirmation: whoever was confirmed before waited for nothing. */
function waits(sessions, since, before) {
  const all = sessions.filter((session) => session[since] && session.confirmed_at).map((session) => new Date(session.confirmed_at) - new Date(session[since])).sort((one, other) => one - other);
  if (!all.length) return element("p", { class: "quiet" }, "Nothing was confirmed yet.");
  const bounds = before ? [[0, before], ...WAITS] : WAITS;
  const line = ([bound, name], at) => {
    const least = at ? bounds[at - 1][0] * 1000 : -Infinity;
    const here = all.filter((ms) => ms > least && ms <= bound * 1000).length;
    return element("tr", null, element("th", { scope: "row" }, name), bar(here, all.length, String(here), `Sessions, ${name}`));
  };
  const middle = Math.max(0, all[Math.floor((all.length - 1) / 2)]);
  const slow = Math.max(0, all[Math.ceil(all.length * 0.95) - 1]);
  return [
    element("p", null, `Half within ${duration(middle)}, 95 of 100 within ${duration(slow)}, of ${count(all.length, "session")}.`),
    plot(["Took", "Sessions"], bounds.map(line)),
  ];
}

/** The page. */
export function numbersPage(query) {
  const days = PERIODS.find(([known]) => known === query.get("days"))?.[0] ?? "30";
  const place = element("div", { class: "page" });
  load(place, async () => {
    const told = element("p", { class: "quiet" }, "Reading…");
    fill(place, told);
    const { orders, all } = await newest(new Date(Date.now() - days * DAY_MS).toISOString(), (read) => { told.textContent = `Read ${count(read, "order")}…`; });
    const sessions = orders.flatMap((order) => order.sessions).sort((one, other) => other.created_at.localeCompare(one.created_at));
    if (!sessions.length) return element("p", { class: "notice" }, "Nobody has opened a session in this time, so there is nothing to count.");
    const days_shown = element("div");
    const of = (provider) => fill(days_shown, table(provider ? `By day, at ${provider}` : "By day", "Opened on", counted(sessions.filter((session) => !provider || session.provider === provider), (session) => DAY.format(new Date(session.created_at)))));
    const names = [...new Set(sessions.map((session) => session.provider))].sort();
    const provider = choice([["", "all"], ...names.map((name) => [name, name])], "", { on: { change: () => of(provider.value) } });
    of("");
    return [
      element("p", { class: "quiet" }, `${all ? "All" : "Only the newest"} ${count(orders.length, "order")} of this time, with ${count(sessions.length, "session")}.`),
      names.length > 1 && element("div", { class: "filters" }, field("Days of provider", provider)),
      days_shown,
      table("By provider", "Provider", counted(sessions, (session) => session.provider)),
      table("By method", "Method", counted(sessions, (session) => plain(session.method))),
      section("From coming back to confirmed", waits(sessions, "returned_at", "confirmed before")),
      section("From the checkout's opening to confirmed", waits(sessions, "sent_at", null)),
      section("Why customers were declined", declines(orders)),
    ];
  });
  const period = choice(PERIODS, days, { on: { change: () => go(`#/numbers?days=${period.value}`) } });
  return page("Numbers", element("div", { class: "filters" }, field("Orders registered in", period)), place);
}
