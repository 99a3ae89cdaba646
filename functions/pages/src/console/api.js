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
  const sent = { Authorization: `Bearer ${key ?? currentKey()}`, ...headers };
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
  if (answer.status === 401 && key === undefined) document.dispatchEvent(new Event("key-refused"));
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

/** A part of a path. */
export function part(text) {
  return encodeURIComponent(text);
}

/** The order that our own ids lead to: a session's, a notification's and our own hold its 26 characters. Empty for others. */
export function ours(text) {
  const found = /(?:^|[^a-z0-9])(?:cs|pay|msg)_([a-z0-9]{26})(?![a-z0-9])/.exec(text);
  return found ? `pay_${found[1]}` : "";
}

/** Whether somebody pasted what opens something. What is looked for stands in an address, and those are kept in logs. */
export function isSecret(text) {
  return /(?:^|[^A-Za-z0-9])(?:sk|rk|pk|csec|whsec)_/.test(text) || /[a-z0-9]{26}_[A-Za-z0-9]{43}/.test(text);
}
