(() => {
  "use strict";
  const TIMEOUT_MS = 15000;
  const message = document.getElementById("message");
  const session = message.dataset.session;
  const address = new URL(location.href);
  const key = "payproof." + location.pathname;
  let secret = address.searchParams.get("client_secret");
  try {
    // The tab keeps the secret, the address bar and the history do not.
    if (secret) sessionStorage.setItem(key, secret);
    else secret = sessionStorage.getItem(key);
  } catch { /* A browser without storage shows the page once. */ }
  if (address.searchParams.has("client_secret")) {
    address.searchParams.delete("client_secret");
    history.replaceState(null, "", address.pathname + address.search);
  }
  // A browser that goes back may show the page as it was left, and what it said may not be true any more.
  addEventListener("pageshow", (event) => { if (event.persisted) location.reload(); });
  if (!session) return;
  // Loaded again without its secret the page knows no way on: it is asked for as the provider sent the browser here.
  if (secret && message.dataset.status === "unknown") {
    address.searchParams.set("client_secret", secret);
    return location.replace(address.href);
  }
  if (!secret) {
    message.textContent = message.dataset.openAgain;
    return;
  }
  const show = (id, on) => { const part = document.getElementById(id); if (part) part.hidden = !on; };
  const lost = document.getElementById("lost");
  let etag = null;
  let failures = 0;
  let refusals = 0;
  let timer = 0;
  let turn = 0;
  let over = false;
  const later = (ms) => { timer = setTimeout(ask, ms); };

  /** What stands there already is not read out again. */
  const say = (part, words) => { if (part.textContent !== words) part.textContent = words; };

  function tell(now) {
    say(message, now.message);
    say(document.getElementById("why"), now.reason_text || "");
    show("why", now.reason_text !== null);
    // Another attempt may have been paid, or be under way: then that is what is true for this customer.
    const ofOrder = now.status !== "refunded" && ["paid", "processing", "review", "refunded"].includes(now.order_status);
    const status = ofOrder ? now.order_status : now.status;
    message.dataset.status = status;
    const open = ["created", "pending"].includes(status);
    show("todo", open);
    show("meanwhile", open);
    show("onward", ["paid", "refunded", "review", "processing"].includes(status));
    const ended = ["failed", "cancelled", "expired"].includes(status);
    show("again", ended && now.can_retry);
    show("leave", ended && !now.can_retry);
  }

  async function ask() {
    clearTimeout(timer);
    // Whoever asks next has the word: an answer that comes after that one's is older.
    const asked = turn += 1;
    const headers = { Authorization: "Bearer " + secret, "Accept-Language": document.documentElement.lang };
    if (etag) headers["If-None-Match"] = etag;
    let status = 0;
    let wait = 0;
    try {
      const answer = await fetch("/v1/sessions/" + session, { headers, cache: "no-store", signal: AbortSignal.timeout?.(TIMEOUT_MS) });
      status = answer.status;
      // A proxy may write a date there.
      wait = Math.min(60000, 1000 * Number(answer.headers.get("Retry-After")) || 0);
      if (status !== 304 && !answer.ok) throw new Error(String(status));
      const now = status === 304 ? null : await answer.json();
      if (asked !== turn) return;
      failures = refusals = 0;
      say(lost, "");
      if (now) {
        etag = answer.headers.get("ETag");
        tell(now);
        over = now.final;
      }
      if (!over) later(wait || 2000);
    } catch {
      if (asked !== turn) return;
      failures += 1;
      // A gateway may say so once in passing; what is refused again and again is refused.
      refusals = [401, 404].includes(status) ? refusals + 1 : 0;
      if (refusals > 2) {
        over = true;
        say(lost, "");
        return say(message, message.dataset.openAgain);
      }
      if (failures > 2) say(lost, lost.dataset.text);
      later(Math.max(wait, Math.min(30000, 1000 * 2 ** failures)));
    }
  }

  // Whoever comes back to the page, or to the network, does not wait.
  const wake = () => { if (!over && !document.hidden) ask(); };
  document.addEventListener("visibilitychange", wake);
  addEventListener("online", wake);
  later(1000);
})();
