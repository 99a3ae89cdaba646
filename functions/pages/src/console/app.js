// The start: who is signed in, and which page the address names.
import { button, element, fill, foreign, go, page, say } from "./dom.js";
import { currentKey, forgetKey, mayAct, shopOf } from "./key.js";
import { signInPage } from "./sign_in.js";
import { finder } from "./find.js";
import { ordersPage } from "./orders.js";
import { orderPage } from "./order.js";
import { eventsPage } from "./events.js";
import { notificationsPage } from "./notifications.js";
import { diagnosticsPage } from "./diagnostics.js";
import { routingPage } from "./routing.js";
import { numbersPage } from "./numbers.js";
import { differencesPage } from "./differences.js";

const PAGES_OF = [
  ["orders", "Orders", ordersPage],
  ["events", "Events", eventsPage],
  ["notifications", "Notifications", notificationsPage],
  ["diagnostics", "Diagnostics", diagnosticsPage],
  ["routing", "Routing", routingPage],
  ["numbers", "Numbers", numbersPage],
  ["differences", "Differences", differencesPage],
];

/** The page that an address names: `#/orders/1042`, `#/events?outcome=refused`. */
function pageAt(hash) {
  const [path, query] = hash.replace(/^#\/?/, "").split("?");
  const [name, id, ...more] = path.split("/");
  const found = PAGES_OF.find(([known]) => known === (name || "orders"));
  if (!found || more.length) return null;
  if (!id) return found[2](new URLSearchParams(query ?? ""));
  if (found[0] !== "orders") return null;
  try {
    return orderPage(decodeURIComponent(id));
  } catch {
    return null;
  }
}

function head() {
  const here = location.hash.replace(/^#\/?/, "").split(/[/?]/)[0] || "orders";
  const links = PAGES_OF.map(([name, title]) => element("li", null, element("a", { href: `#/${name}`, "aria-current": name === here ? "page" : null }, title)));
  const skip = button("To the content", () => document.querySelector("h1").focus(), { kind: "skip" });
  return [
    skip,
    element("p", { class: "who" }, element("strong", null, "payproof"), " ", foreign(shopOf(currentKey())), " ", element("span", { class: "kind" }, mayAct() ? "secret key" : "read key: nothing can be moved"), " ", button("Sign out", () => signOut(""), { kind: "small" })),
    element("nav", { "aria-label": "Pages" }, element("ul", null, links)),
    finder(),
  ];
}

function show(node) {
  fill(document.getElementById("main"), node);
  const heading = node.querySelector("h1");
  document.title = `${heading.textContent} · payproof`;
  heading.focus();
  scrollTo(0, 0);
}

function signOut(why) {
  forgetKey();
  say("");
  open(why);
}

/** Shows what the address names, or asks for a key first. */
function open(why = "") {
  document.querySelectorAll("dialog").forEach((dialog) => dialog.remove());
  const top = document.getElementById("head");
  if (!currentKey()) {
    fill(top, element("p", { class: "who" }, element("strong", null, "payproof")));
    return show(signInPage(why, () => open()));
  }
  fill(top, head());
  show(pageAt(location.hash) ?? page("There is no such page", element("p", null, element("a", { href: "#/orders" }, "To the orders"))));
}

addEventListener("hashchange", () => {
  say("");
  open();
});
// To where somebody is already a link leads, too.
document.addEventListener("click", (event) => {
  const address = event.target.closest("a")?.getAttribute("href");
  if (address !== location.hash || event.ctrlKey || event.metaKey || event.shiftKey) return;
  event.preventDefault();
  go(address);
});
document.addEventListener("key-refused", () => currentKey() && signOut("The key is not accepted any more. Sign in with one that is in the shop's configuration."));
open();
