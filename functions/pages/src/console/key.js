// The key, in this tab and nowhere else: closing the tab forgets it. It is never part of an address.

const KEY = "payproof.key";
const ACTOR = "payproof.actor";
/** Where a browser keeps nothing for pages, a reload asks for the key again. */
const unkept = new Map();

function read(name) {
  try {
    return sessionStorage.getItem(name) ?? unkept.get(name) ?? "";
  } catch {
    return unkept.get(name) ?? "";
  }
}

function write(name, value) {
  unkept.set(name, value);
  try {
    sessionStorage.setItem(name, value);
  } catch {
    // It stays in memory.
  }
}

/** The key of whoever is signed in; empty where nobody is. */
export function currentKey() {
  return read(KEY);
}

export function keepKey(key) {
  write(KEY, key);
}

/** Signs out: the key and the name go. */
export function forgetKey() {
  write(KEY, "");
  write(ACTOR, "");
}

/** Whether actions are offered. What a key may do the server decides, whatever is offered. */
export function mayAct() {
  return currentKey().startsWith("sk_");
}

/** The shop that a key names. */
export function shopOf(key) {
  return key.split("_")[1] ?? "";
}

/** Why a text cannot be a key for this page; null where it can. */
export function faultOfKey(key) {
  if (!key) return "Enter a key.";
  if (/^(sk|rk)_[a-z0-9-]+_[0-9A-Za-z]+$/.test(key)) return null;
  if (key.startsWith("pk_")) return "That is a publishable key: it opens sessions and reads nothing. Enter a read key (rk_…) or a secret key (sk_…).";
  return "That is no key of a shop: it begins with rk_ or sk_, the shop's id and an underscore. Was it copied whole?";
}

/** Who decides, as entered last in this tab. */
export function lastActor() {
  return read(ACTOR);
}

export function keepActor(name) {
  write(ACTOR, name);
}
