// Finding an order by whatever somebody has in hand.
import { element, foreign, go, inLine, mayLead, say } from "./dom.js";
import { ordersOf, part } from "./api.js";

const EVENT = /^ev_\d{8}_\d{13}_[0-9a-f]{20}$/;

/** Where a text leads: addresses of pages here, each with its name. Throws where nothing is found. */
async function lookUp(text) {
  if (EVENT.test(text)) return [[`#/events?id=${part(text)}`, "the event"]];
  return (await ordersOf(text)).map(({ id }) => [`#/orders/${part(id)}`, `order ${id}`]);
}

/** What was found for somebody who chooses themselves whether to go there. */
function offer(found) {
  const links = found.map(([address, name], at) => [at > 0 && ", ", element("a", { href: address }, name)]);
  say([found.length > 1 ? `${found.length} orders have this id: ` : "Found: ", links], "warm");
}

/** The field in the head of each page. */
export function finder() {
  const wanted = element("input", { type: "search", id: "find", autocomplete: "off", spellcheck: "false", placeholder: "1042, cs_…, pi_…, evt_…" });
  let turn = 0;
  const submit = async (event) => {
    event.preventDefault();
    const text = wanted.value.trim();
    if (!text) return;
    const mine = (turn += 1);
    // Whoever went on to another page, or to look for something else, is told nothing of it any more.
    const waits = () => wanted.isConnected && mine === turn;
    say("Looking…", "quiet");
    try {
      const found = await lookUp(text);
      if (!waits()) return;
      if (found.length > 1 || !mayLead(wanted)) return offer(found);
      say("");
      wanted.value = "";
      go(found[0][0]);
    } catch (error) {
      if (!waits()) return;
      const shown = text.length > 60 ? `${text.slice(0, 60)}…` : text;
      if (error.status === 404) say(["Nothing of this shop has the id “", foreign(shown), "”. An order is found by its id, a session's (cs_…), a notification's (msg_…), a stored event's (ev_…), or the provider's id of a payment or an event."], "error");
      else say(inLine(error), "error");
    }
  };
  return element(
    "form",
    { class: "finder", role: "search", on: { submit } },
    element("label", { for: "find" }, "Find an order"),
    element("div", { class: "beside" }, wanted, element("button", { type: "submit" }, "Find")),
  );
}
