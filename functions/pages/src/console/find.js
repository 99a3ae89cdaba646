// Finding an order by whatever somebody has in hand.
import { element, say } from "./dom.js";
import { get, part, sessionOf } from "./api.js";

const EVENT = /^ev_\d{8}_\d{13}_[0-9a-f]{20}$/;

/** Where a text leads: the address of a page here. Throws where nothing is found. */
async function lookUp(text) {
  // What is looked for stands in an address, which is kept in logs.
  if (/^(sk|rk|pk|csec|whsec)_/.test(text)) throw { title: "That is a key", message: "Do not paste it here: it is not looked for." };
  if (EVENT.test(text)) return `#/events?id=${part(text)}`;
  const session = sessionOf(text);
  if (session) {
    try {
      return `#/orders/${part((await get(`v1/sessions/${part(session)}`)).order_id)}`;
    } catch (error) {
      // A shop may name its orders so, too.
      if (error.status !== 404) throw error;
    }
  }
  try {
    return `#/orders/${part((await get(`v1/orders/${part(text)}`)).id)}`;
  } catch (error) {
    if (error.status !== 404) throw error;
    return atProviders(text, error);
  }
}

/** Where a provider's own id of a payment leads: whose it is was remembered, or the provider is asked. */
async function atProviders(text, unknown) {
  const { data, not_asked } = await get("v1/orders", { provider_payment_id: text });
  if (data.length) return `#/orders/${part(data[0].id)}`;
  if (not_asked.length) throw { title: "Not found", message: `It is no order's id, and ${not_asked.join(" and ")} could not be asked whose payment it is. Try again.` };
  throw unknown;
}

/** The field in the head of each page. */
export function finder() {
  const wanted = element("input", { type: "search", id: "find", autocomplete: "off", spellcheck: "false", placeholder: "1042, cs_…, pi_…, ev_…" });
  const submit = async (event) => {
    event.preventDefault();
    const text = wanted.value.trim();
    if (!text) return;
    say("Looking…", "quiet");
    try {
      const found = await lookUp(text);
      say("");
      wanted.value = "";
      location.hash = found;
    } catch (error) {
      const shown = text.length > 60 ? `${text.slice(0, 60)}…` : text;
      if (error.status === 404) say(`Nothing of this shop has the id “${shown}”. An order is found by its id, a session's (cs_…), a notification's (msg_…), a refund's (rf_…), a stored event's (ev_…), or the provider's id of a payment.`, "error");
      else say(`${error.title}: ${error.message}`, "error");
    }
  };
  return element(
    "form",
    { class: "finder", role: "search", on: { submit } },
    element("label", { for: "find" }, "Find an order"),
    element("div", { class: "beside" }, wanted, element("button", { type: "submit" }, "Find")),
  );
}
