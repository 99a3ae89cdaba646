// Finding an order by whatever somebody has in hand.
import { element, say } from "./dom.js";
import { get, isSecret, ours, part } from "./api.js";

const EVENT = /^ev_\d{8}_\d{13}_[0-9a-f]{20}$/;

/** Where a text leads: the address of a page here. Throws where nothing is found. */
async function lookUp(text) {
  const known = ours(text);
  // Of a whole address only the id is looked for.
  if (isSecret(text) && !known) throw { title: "That is a secret", message: "It is not looked for. Paste an id." };
  if (EVENT.test(text)) return `#/events?id=${part(text)}`;
  try {
    return `#/orders/${part((await get(`v1/orders/${part(known || text)}`)).id)}`;
  } catch (error) {
    if (error.status !== 404 || known) throw error;
    return atProviders(text, error);
  }
}

/** Where a provider's own id of a payment leads: whose it is was remembered, or the provider is asked. */
async function atProviders(text, unknown) {
  const { data, not_asked } = await get("v1/orders", { provider_payment_id: text });
  if (data.length) return `#/orders/${part(data[0].id)}`;
  if (not_asked.length) throw { title: "Not found", message: `It is no order's id, and ${not_asked.join(" and ")} did not say whose payment it is. Try again, or look at the provider's dashboard.` };
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
      if (error.status === 404) say(`Nothing of this shop has the id “${shown}”. An order is found by its id, a session's (cs_…), a notification's (msg_…), a stored event's (ev_…), or the provider's id of a payment.`, "error");
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
