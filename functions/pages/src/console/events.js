// Events that matched nothing, were not understood or came past the cap, and notes of refused deliveries.
import { button, choice, code, element, facts, field, foreign, go, inLine, load, mayLead, page, say, section } from "./dom.js";
import { OUTCOME, REFUSED, count, moment, plain } from "./words.js";
import { mayAct } from "./key.js";
import { get, ofOnePerson, part, post } from "./api.js";
import { askReplayAll } from "./acts.js";
import { question } from "./dialog.js";

/** Pages, of up to 15 days each, that are read before somebody is asked whether to look further: all of 90 days. */
const PAGES = 7;

const CHOICES = [["", "all that could not be applied"], ["unmatched", "matched nothing"], ["not_understood", "not understood"], ["past_cap", "past the cap"], ["refused", "refused deliveries"]];

function askReplay(event, changed) {
  question({
    about: `Event ${event.id}`,
    title: "Apply this event again",
    says: `Reads ${event.provider}'s event ${event.type || "(of an unreadable type)"} once more from the bytes that were verified when it came. Nothing is applied twice.`,
    deed: "Apply it again",
    answered: changed,
    send: async () => {
      const { outcome, applied_at } = await post(`v1/events/${part(event.id)}/replay`, {});
      return `${OUTCOME[outcome] ?? plain(outcome)}${applied_at ? "" : " It still waits."}`;
    },
  });
}

/** A session that an event names: whether it is an order's of this shop is found out by following it. */
function named(session) {
  const open = async () => {
    try {
      const found = await get(`v1/sessions/${part(session)}`);
      if (mayLead(opener)) go(`#/orders/${part(found.order_id)}`);
    } catch (error) {
      if (opener.isConnected) say(error.status === 404 ? "No order of this shop has that session." : inLine(error), "error");
    }
  };
  const opener = button("Open its order", open, { kind: "small", about: session });
  return [code(session), " ", opener];
}

function stored(event, changed) {
  const may = mayAct() && !event.applied_at;
  return element(
    "li",
    null,
    element("h3", null, foreign(event.provider), ": ", foreign(event.type || "unreadable"), " ", element("span", { class: `badge ${event.applied_at ? "told" : "parked"}` }, event.applied_at ? "applied after all" : plain(event.outcome))),
    element("p", null, OUTCOME[event.outcome] ?? "", event.problem && [" (", foreign(event.problem), ")"]),
    facts(
      ["Came", moment(event.received_at)],
      ["Applied", event.applied_at && moment(event.applied_at)],
      ["Session", event.session_id && named(event.session_id)],
      ["Size", count(event.body_bytes, "byte")],
      ["Event", code(event.id)],
    ),
    may && element("div", { class: "deeds" }, button("Apply again…", () => askReplay(event, changed), { about: event.id })),
  );
}

function refused(note) {
  return element(
    "li",
    null,
    element("h3", null, foreign(note.provider), " ", element("span", { class: "badge parked" }, "refused")),
    element("p", null, REFUSED[note.reason] ?? plain(note.reason)),
    facts(
      ["Came", moment(note.received_at)],
      ["Claims, unproven", note.claims_session_id && named(note.claims_session_id)],
      ["Size", count(note.body_bytes, "byte")],
    ),
  );
}

/** The cursor that an event comes first behind: its id says where it is kept. Empty for what is no such id. */
function justBehind(id) {
  const [, day, at, rest] = /^ev_(\d{8})_(\d{13})_([0-9a-f]{20})$/.exec(id) ?? [];
  if (!day) return null;
  const midnight = Date.UTC(Number(day.slice(0, 4)), Number(day.slice(4, 6)) - 1, Number(day.slice(6)));
  return `${midnight}.ev_${day}_${String(Number(at) + 1).padStart(13, "0")}_${rest}`;
}

/** The page. */
export function eventsPage(query) {
  const outcome = query.get("outcome") ?? "";
  const id = query.get("id");
  const place = element("div");
  const found = [];
  const read = async (from) => {
    if (!from) found.length = 0;
    let cursor = from ?? (id ? justBehind(id) : null);
    const before = found.length;
    const still = ofOnePerson();
    for (let pages = 0; pages < (id ? 1 : PAGES) && found.length === before; pages += 1) {
      still();
      const answer = await get("v1/events", { outcome, cursor });
      found.push(...answer.data.filter((event) => !id || event.id === id));
      cursor = answer.next_cursor;
      if (!cursor) break;
    }
    const none = cursor && !id ? "None so far." : id ? "No stored event has this id. What was applied at once is in the story of its order." : "There are none.";
    const waiting = found.some((event) => event.outcome === "refused" || !event.applied_at);
    const { length } = found;
    const more = () => load(place, () => read(cursor), () => place.querySelectorAll(".cards > li")[length]);
    return element(
      "div",
      null,
      found.length === 0 && element("p", { class: "notice fine" }, none),
      element("ul", { class: "cards" }, found.map((event) => (event.outcome === "refused" ? refused(event) : stored(event, changed)))),
      cursor && !id && button(found.length ? "More" : "Look further", more),
      mayAct() && outcome && waiting && element("div", { class: "deeds" }, button(outcome === "refused" ? "Ask the providers about all that is open…" : "Apply them all again…", () => askReplayAll(outcome, changed))),
    );
  };
  const changed = (words) => {
    say(words);
    if (place.isConnected) load(place, () => read(null));
  };
  load(place, () => read(null));
  const which = choice(CHOICES, outcome, { on: { change: () => go(which.value ? `#/events?outcome=${which.value}` : "#/events") } });
  const filter = element("div", { class: "filters" }, field("Which", which));
  return page("Events", section(id ? "The event" : "What could not be applied, newest first", id ? element("p", null, element("a", { href: "#/events" }, "All of them")) : filter, place));
}
