// What is wrong with the shop, or soon will be, and what to do.
import { button, element, facts, foreign, load, page, section } from "./dom.js";
import { REFUSED, count, moment, plain } from "./words.js";
import { get, part } from "./api.js";

const SEVERITY = { error: "Wrong", warning: "Not as meant", info: "Worth knowing" };
const ENDPOINT = {
  not_checked: "not looked at",
  cannot_be_checked: "this provider does not list endpoints",
  unknown: "the provider did not say",
  fine: "fine",
  wrong: "wrong, see above",
};

function verdict(findings) {
  const worst = ["error", "warning"].find((severity) => findings.some((finding) => finding.severity === severity));
  if (!worst) return element("p", { class: "notice fine" }, element("strong", null, "Everything is fine."), " Nothing that was looked at needs anybody.");
  return element("p", { class: `notice ${worst === "error" ? "error" : "warm"}` }, worst === "error" ? "Something is wrong: payments fail, or are not learned of in time." : "Something does not do what it was meant to.");
}

function finding({ severity, provider, text, what_to_do }) {
  return element(
    "li",
    { class: severity },
    element("h3", null, SEVERITY[severity] ?? plain(severity), provider && [": ", foreign(provider)]),
    element("p", null, foreign(text)),
    element("p", null, element("strong", null, "What to do: "), foreign(what_to_do)),
  );
}

/** Milliseconds for people. */
function lasting(ms) {
  if (Math.abs(ms) < 1000) return `${ms} ms`;
  return Math.abs(ms) < 120000 ? `${(ms / 1000).toFixed(1)} s` : `${Math.round(ms / 60000)} min`;
}

function health(provider) {
  const { clock, oldest_unconfirmed: waiting, refused } = provider;
  return element(
    "li",
    null,
    element("h3", null, foreign(provider.provider), " ", provider.live !== null && element("span", { class: "kind" }, provider.live ? "live" : "test")),
    facts(
      ["Last webhook", provider.last_webhook_at ? moment(provider.last_webhook_at) : "none among the orders that were read"],
      ["Webhooks with news", String(provider.webhooks)],
      ["Event until recorded", clock && `${lasting(clock.median_ms)} (median of ${count(clock.events, "event")}), at best ${lasting(clock.least_ms)}`],
      ["Oldest unconfirmed", waiting && [element("a", { href: `#/orders/${part(waiting.order_id)}` }, "order ", foreign(waiting.order_id)), ", since ", moment(waiting.since)]],
      ["Refused, last 7 days", refused.length > 0 && element("ul", { class: "plain" }, refused.map((note) => element("li", null, `${note.noted} × ${REFUSED[note.reason] ?? plain(note.reason)} Last `, moment(note.last_at))))],
      ["Left alone until", provider.left_alone_until && moment(provider.left_alone_until)],
      ["Our webhook endpoint there", ENDPOINT[provider.endpoint] ?? plain(provider.endpoint)],
    ),
  );
}

function howItIsTold({ failing, parked, more, since, last_failure: last }) {
  if (!failing) return element("p", { class: "notice fine" }, "The shop takes its notifications.");
  return [
    facts(
      ["It may not know", `${count(failing, "notification")}${more ? " or more" : ""}, ${parked} of them given up`],
      ["Since", since && moment(since)],
      ["Last failure", last && [moment(last.at), ", ", foreign(last.why), ", ", element("a", { href: `#/orders/${part(last.order_id)}` }, "order ", foreign(last.order_id))]],
    ),
    element("p", null, element("a", { href: "#/notifications" }, "See them")),
  ];
}

/** Whether there is nothing to say of a provider: it took no part in the orders that were read. */
function idle({ webhooks, oldest_unconfirmed, refused, left_alone_until, endpoint }) {
  return !webhooks && !oldest_unconfirmed && !refused.length && !left_alone_until && endpoint === "not_checked";
}

function providerList(providers) {
  const busy = providers.filter((provider) => !idle(provider));
  const rest = providers.filter(idle);
  return [
    element("ul", { class: "cards" }, busy.map(health)),
    rest.length > 0 && element("details", null, element("summary", null, `${rest.length} more that took no part in the orders that were read`), element("p", null, rest.map((provider) => provider.provider).join(", "))),
  ];
}

/** The page. */
export function diagnosticsPage() {
  const place = element("div", { class: "page" });
  const read = (check) => async () => {
    const { at, orders, providers, notifications, findings } = await get("v1/diagnostics", { check });
    const since = orders.since ? [" registered since ", moment(orders.since)] : "";
    return element(
      "div",
      { class: "page" },
      verdict(findings),
      findings.length > 0 && section("What was found", element("ul", { class: "cards" }, findings.map(finding))),
      section("Providers", providerList(providers), element("div", { class: "deeds" }, button("Ask the providers how our webhook endpoint is entered there", () => look("endpoints")))),
      section("What the shop is told", howItIsTold(notifications)),
      element("p", { class: "quiet" }, "Looked at ", moment(at), `, from ${orders.all ? "all" : "the newest"} ${count(orders.read, "order")}`, since, "."),
    );
  };
  const look = (check) => load(place, read(check));
  look("");
  return page("Diagnostics", place);
}
