// Which provider an order would go to, and why nobody else; and the rules that say so, in words.
import { choice, element, field, fill, foreign, page, section, trouble } from "./dom.js";
import { plain } from "./words.js";
import { minorUnits } from "./money.js";
import { post } from "./api.js";

const METHODS = ["card", "bank_transfer", "wallet", "crypto", "local", "link"];

/** How many of those that would be tried next are shown at once. */
const NEXT_SHOWN = 4;

function tried(candidates, start) {
  return element("ol", { start }, candidates.map((each) => element("li", null, element("strong", null, foreign(each.provider)), ` by ${plain(each.method)}. `, foreign(each.why))));
}

function plan({ chosen, candidates, not, methods }) {
  const others = candidates.slice(1);
  return element(
    "div",
    null,
    chosen
      ? element("p", { class: "notice fine" }, "It would go to ", element("strong", null, foreign(chosen.provider)), ` by ${plain(chosen.method)}. `, foreign(chosen.why))
      : element("p", { class: "notice error" }, "Nobody would take it: a customer could not pay."),
    others.length > 0 && [element("h3", null, "Then, if that fails"), tried(others.slice(0, NEXT_SHOWN), 1)],
    others.length > NEXT_SHOWN && element("details", null, element("summary", null, `${others.length - NEXT_SHOWN} more`), tried(others.slice(NEXT_SHOWN), NEXT_SHOWN + 1)),
    not.length > 0 && [element("h3", null, "Who would not be asked"), element("ul", null, not.map((each) => element("li", null, element("strong", null, foreign(each.provider)), ": ", foreign(each.why))))],
    element("p", null, methods.length ? `Such an order can be paid by ${methods.map(plain).join(", ")}.` : "Such an order cannot be paid by any method."),
  );
}

function rulesIn(rules) {
  if (!rules.length) return element("p", null, "There are no rules: every provider of the shop may be used.");
  return element("ol", { class: "rules" }, rules.map((rule) => element("li", { value: rule.number }, foreign(rule.text), " ", element("span", { class: `badge ${rule.applies ? "told" : ""}` }, rule.applies ? "applies" : "does not apply"))));
}

/** The page. */
export function routingPage() {
  const amount = element("input", { type: "text", inputmode: "decimal", autocomplete: "off", value: "49.99" });
  const currency = element("input", { type: "text", autocomplete: "off", maxlength: "3", value: "EUR", class: "short" });
  const country = element("input", { type: "text", autocomplete: "off", maxlength: "2", class: "short" });
  const method = choice([["", "any"], ...METHODS.map((word) => [word, plain(word)])], "");
  const answer = element("div", { "aria-live": "polite" });
  const rules = element("div");
  let turn = 0;
  const tell = async () => {
    const mine = (turn += 1);
    const code = currency.value.trim().toUpperCase();
    const read = minorUnits(amount.value, code);
    if (read.fault) return fill(answer, element("p", { class: "notice error", role: "alert" }, read.fault));
    const asked = { amount: read.minor, currency: code };
    if (country.value.trim()) asked.country = country.value.trim().toUpperCase();
    if (method.value) asked.method = method.value;
    try {
      const came = await post("v1/routing/explain", asked);
      // An answer that a later question has overtaken is to another.
      if (mine !== turn) return;
      fill(answer, plan(came));
      fill(rules, rulesIn(came.rules));
    } catch (error) {
      if (mine === turn) fill(answer, trouble(error));
    }
  };
  const submit = (event) => {
    event.preventDefault();
    tell();
  };
  tell();
  return page(
    "Routing",
    section(
      "What would happen",
      element("p", null, "Nothing is opened and nobody is asked: this is what would be decided now."),
      element("form", { class: "filters", novalidate: true, on: { submit } }, field("Amount", amount), field("Currency", currency), field("Country", country, "Two letters, or empty"), field("Method", method), element("div", { class: "deeds" }, element("button", { type: "submit", class: "primary" }, "What would happen?"))),
      answer,
    ),
    section("The rules", rules),
  );
}
