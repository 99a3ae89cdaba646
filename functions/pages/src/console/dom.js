// Building what is shown. Every text becomes a text node, so that no order id, name or reason is ever read as markup.

let ids = 0;

/** An element. `on` holds its listeners, true is an attribute without a value, false and null leave one out. */
export function element(tag, attributes, ...children) {
  const node = document.createElement(tag);
  for (const [name, value] of Object.entries(attributes ?? {})) {
    if (name === "on") {
      for (const [event, act] of Object.entries(value)) node.addEventListener(event, act);
    } else if (value !== false && value !== null && value !== undefined) {
      node.setAttribute(name, value === true ? "" : String(value));
    }
  }
  return put(node, ...children);
}

/** Appends nodes and texts; lists are walked, and what is not there is left out. */
export function put(node, ...children) {
  for (const child of children.flat(Infinity)) {
    if (child === false || child === null || child === undefined) continue;
    node.append(child instanceof Node ? child : document.createTextNode(String(child)));
  }
  return node;
}

/** Shows this in place of what was there. */
export function fill(node, ...children) {
  node.replaceChildren();
  return put(node, ...children);
}

/** A text of somebody else's: whatever direction it is written in, what stands beside it keeps its place. */
export function foreign(text) {
  return element("bdi", null, text);
}

/** An id, which is compared sign by sign. */
export function code(text) {
  return element("code", null, foreign(text));
}

/** A button. Its text says what it does; where there are several of them, `about` says to whom for those who do not see. */
export function button(text, act, { kind = "", about = "" } = {}) {
  const unseen = about && element("span", { class: "unseen" }, ` ${about}`);
  return element("button", { type: "button", class: kind, on: { click: act } }, text, unseen);
}

/** A control with its label and, where it helps, a hint. */
export function field(label, control, hint) {
  control.id ||= `field-${++ids}`;
  const said = hint && element("span", { class: "hint", id: `${control.id}-hint` }, hint);
  if (said) control.setAttribute("aria-describedby", said.id);
  return element("div", { class: "field" }, element("label", { for: control.id }, label), control, said);
}

/** A choice among `[value, text]`. */
export function choice(options, chosen, attributes) {
  const entries = options.map(([value, text]) => element("option", { value, selected: value === chosen }, text));
  return element("select", attributes, entries);
}

/** Names and what belongs to them; pairs without a value are left out. */
export function facts(...pairs) {
  const there = pairs.filter(([, value]) => value !== null && value !== undefined && value !== "" && value !== false);
  return element("dl", null, there.map(([name, value]) => [element("dt", null, name), element("dd", null, value)]));
}

/** A section under a heading. */
export function section(title, ...children) {
  const id = `section-${++ids}`;
  const heading = element("h2", { id }, title);
  return element("section", { class: "sheet", "aria-labelledby": id }, heading, children);
}

/** A page under its heading. */
export function page(title, ...children) {
  return element("div", { class: "page" }, element("h1", { tabindex: "-1" }, title), children);
}

/** Says what came of something, also to those who do not see it. */
export function say(text, kind = "fine") {
  const place = document.getElementById("answer");
  place.className = text ? kind : "";
  fill(place, text && [element("div", null, text), button("Close", () => say(""), { kind: "small" })]);
}

/** The same in a line. */
export function inLine({ title, message }) {
  return [foreign(title ?? "Something went wrong"), ": ", foreign(message)];
}

/** What went wrong, in the words of whoever said so. */
export function trouble(error, again) {
  const request = error.request && element("p", { class: "quiet" }, "Request ", code(error.request));
  return element(
    "div",
    { class: "notice error", role: "alert" },
    element("p", null, element("strong", null, foreign(error.title ?? "Something went wrong")), " ", foreign(error.message)),
    request,
    again && button("Try again", again),
  );
}

/** Goes to a page here. Where it is shown already it is read anew, of which a browser tells nothing by itself. */
export function go(hash) {
  if (location.hash === hash) dispatchEvent(new Event("hashchange"));
  else location.hash = hash;
}

/** Whether an answer that took long may take its asker elsewhere: they are where they asked, and decide nothing meanwhile. */
export function mayLead(asker) {
  return asker.isConnected && !document.querySelector("dialog");
}

/** Who pressed what is gone goes on from what came instead, or from the heading over it, unless they went on by themselves. */
export function goOn(place, came) {
  const to = came ?? place.closest("section, .page")?.querySelector("h1, h2");
  if (!to || (document.activeElement ?? document.body) !== document.body) return;
  // A button keeps its place in the order of the Tab key.
  if (to.tabIndex < 0) to.tabIndex = -1;
  to.focus();
}

/**
 * Fills a place with what `work` comes to, and says so while it works and where it fails. Whoever was in it goes on from
 * what `came` finds there.
 */
export async function load(place, work, came = () => null) {
  const within = place.contains(document.activeElement);
  place.setAttribute("aria-busy", "true");
  // Pressed again meanwhile, a button would have the same read twice.
  for (const pressed of place.querySelectorAll("button")) pressed.disabled = true;
  if (!place.childNodes.length) fill(place, element("p", { class: "quiet" }, "Reading…"));
  try {
    fill(place, await work());
  } catch (error) {
    fill(place, trouble(error, () => load(place, work, came)));
  }
  if (within) goOn(place, came());
  place.removeAttribute("aria-busy");
}
