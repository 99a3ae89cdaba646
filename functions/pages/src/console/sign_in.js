// Signing in: a key is tried before it is kept.
import { element, field, fill, page, trouble } from "./dom.js";
import { faultOfKey, keepKey } from "./key.js";
import { ask } from "./api.js";

/** The page that asks for a key, and why it does where somebody was signed in before. */
export function signInPage(why, signedIn) {
  const key = element("input", { type: "password", autocomplete: "off", spellcheck: "false", autocapitalize: "off", required: true });
  const wrong = element("div");
  const send = element("button", { type: "submit", class: "primary" }, "Sign in");
  const submit = async (event) => {
    event.preventDefault();
    const typed = key.value.trim();
    const fault = faultOfKey(typed);
    if (fault) return refuse(fault);
    send.disabled = true;
    try {
      // The smallest thing that any key may read: the orders from now on.
      await ask("GET", `v1/orders?from=${encodeURIComponent(new Date().toISOString())}`, { key: typed });
      keepKey(typed);
      signedIn();
    } catch (error) {
      send.disabled = false;
      if (error.status === 401) refuse("This key is wrong: no shop here has it. Was it copied whole, and is it still in the shop's configuration?");
      else fill(wrong, trouble(error));
    }
  };
  const refuse = (text) => {
    fill(wrong, element("p", { class: "notice error", role: "alert" }, text));
    key.setAttribute("aria-invalid", "true");
    key.focus();
  };
  return page(
    "Sign in",
    why && element("p", { class: "notice error", role: "alert" }, why),
    element(
      "form",
      { class: "sheet narrow", novalidate: true, on: { submit } },
      element("p", null, "What happened to an order, and what to do about it. Sign in with a key of your shop:"),
      element(
        "ul",
        null,
        element("li", null, "a read key (", element("code", null, "rk_…"), ") shows everything and moves nothing;"),
        element("li", null, "a secret key (", element("code", null, "sk_…"), ") also refunds, cancels, approves and rejects."),
      ),
      field("Key", key, "It stays in this tab and is forgotten when the tab is closed."),
      wrong,
      send,
    ),
  );
}
