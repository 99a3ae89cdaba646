// Asking the API. Every failure is one kind of error, with the problem document's own words where there is one.
import { currentKey } from "./key.js";

const TIMEOUT_MS = 40000;

/** What the API, or the way to it, answered instead. */
export class Trouble extends Error {
  constructor(status, { title, detail, code, request_id } = {}) {
    super(detail ?? "No answer came. Is the network there? Nothing is lost by trying again.");
    this.status = status;
    this.title = title ?? "No answer";
    this.code = code ?? "";
    this.request = request_id ?? "";
  }
}

/** A request with the key of whoever is signed in, or with `key` where one is tried. */
export async function ask(method, path, { body, headers = {}, key } = {}) {
  const used = key ?? currentKey();
  const sent = { Authorization: `Bearer ${used}`, ...headers };
  if (body !== undefined) sent["Content-Type"] = "application/json";
  let answer;
  let text;
  try {
    // The path is relative: behind a gateway's stage it stays below that.
    answer = await fetch(path, {
      method,
      headers: sent,
      body: body === undefined ? undefined : JSON.stringify(body),
      cache: "no-store",
      credentials: "omit",
      redirect: "error",
      signal: AbortSignal.timeout(TIMEOUT_MS),
    });
    text = await answer.text();
  } catch {
    throw new Trouble(0);
  }
  let document_;
  try {
    document_ = JSON.parse(text);
  } catch {
    throw new Trouble(answer.status, { title: `Answer ${answer.status}`, detail: "What came back is no JSON. Try again." });
  }
  if (answer.ok) return document_;
  // Whoever signed in meanwhile has another key, which nobody refused.
  if (answer.status === 401 && key === undefined && used === currentKey()) document.dispatchEvent(new Event("key-refused"));
  // What only a gateway answers has one `message`.
  throw new Trouble(answer.status, { title: `Answer ${answer.status}`, detail: document_.message ?? "", ...document_ });
}

export function get(path, query) {
  const given = Object.entries(query ?? {}).filter(([, value]) => value);
  const text = new URLSearchParams(given).toString();
  return ask("GET", text ? `${path}?${text}` : path);
}

export function post(path, body, headers) {
  return ask("POST", path, { body, headers });
}

/** Before each request of a longer work: throws where whoever began it has signed out, for the next would be another's. */
export function ofOnePerson() {
  const began = currentKey();
  return () => {
    if (currentKey() !== began) throw new Trouble(0, { title: "Stopped", detail: "Whoever began this has signed out." });
  };
}

/** A part of a path. */
export function part(text) {
  return encodeURIComponent(text);
}

/** The order that our own ids lead to: a session's, a notification's and our own hold its 26 characters. Empty for others. */
export function ours(text) {
  const found = /(?:^|[^a-z0-9])(?:cs|pay|msg)_([a-z0-9]{26})(?![a-z0-9])/.exec(text);
  return found ? `pay_${found[1]}` : "";
}

/**
 * Whether somebody pasted what opens something, by its shape: ours end in 43 letters and digits, a provider's have 20 or
 * more. What is looked for stands in an address, and those are kept in logs.
 */
export function isSecret(text) {
  return /_[A-Za-z0-9]{43}(?![A-Za-z0-9])|(?:^|[^A-Za-z0-9])(?:[srp]k_(?:live_|test_|sbox_)?|whsec_)[A-Za-z0-9+/-]{20,}/.test(text);
}

/** A provider's id of an event without what the log writes around it: `stripe:evt_1#2` is its `evt_1`. Other texts stay. */
export function bareEvent(text) {
  return text.replace(/^(?:generic:)?[a-z0-9_]+:([^:/]+?)(?:#\d+)?$/, "$1");
}

/** The orders that an id leads to. A provider's own of a payment or an event was remembered, or the provider is asked. */
export async function ordersOf(text) {
  const known = ours(text);
  // Of a whole address only the id is looked for.
  if (isSecret(text) && !known) throw new Trouble(0, { title: "That is a secret", detail: "A secret is not looked for. Paste an id." });
  const still = ofOnePerson();
  try {
    return [await get(`v1/orders/${part(known || text)}`)];
  } catch (error) {
    // What Checkout.com calls a payment looks like our own id of an order.
    if (error.status !== 404 || (known && known !== text)) throw error;
    still();
    const { data, not_asked } = await get("v1/orders", { provider_payment_id: bareEvent(text) });
    if (data.length) return data;
    if (not_asked.length) throw new Trouble(0, { title: "Not found", detail: `It is no order's id, and ${not_asked.join(" and ")} did not say whose it is. Try again, or look at the provider's dashboard.` });
    throw error;
  }
}
