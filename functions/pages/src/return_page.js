(() => {
  "use strict";
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
  if (!session) return;
  // Loaded again without its secret the page knows no way on: it is asked for as the provider sent the browser here.
  if (secret && message.dataset.status === "unknown") {
    address.searchParams.set("client_secret", secret);
    return location.replace(address.href);
  }
  const show = (id, on) => { document.getElementById(id).hidden = !on; };
  if (!secret) {
    message.textContent = message.dataset.openAgain;
    return;
  }
  let etag = null;
  let failures = 0;
  const later = (ms) => setTimeout(ask, ms);
  async function ask() {
    const headers = { Authorization: "Bearer " + secret, "Accept-Language": document.documentElement.lang };
    if (etag) headers["If-None-Match"] = etag;
    try {
      const answer = await fetch("/v1/sessions/" + session, { headers, cache: "no-store" });
      if (answer.status === 304) {
        failures = 0;
        show("lost", false);
        return later(1000 * Number(answer.headers.get("Retry-After") || 2));
      }
      if (!answer.ok) throw new Error(String(answer.status));
      etag = answer.headers.get("ETag");
      const now = await answer.json();
      failures = 0;
      show("lost", false);
      if (message.textContent !== now.message) message.textContent = now.message;
      document.getElementById("why").textContent = now.reason_text || "";
      show("why", now.reason_text !== null);
      // Another attempt may have been paid, or be under way: then that is what is true for this customer.
      const of_order = now.status !== "refunded" && ["paid", "processing", "review"].includes(now.order_status);
      const status = of_order ? now.order_status : now.status;
      message.dataset.status = status;
      show("onward", ["paid", "refunded", "review", "processing"].includes(status));
      show("again", now.can_retry);
      if (!now.final) later(now.poll_after_ms || 2000);
    } catch {
      failures += 1;
      show("lost", failures > 2);
      later(Math.min(30000, 1000 * 2 ** failures));
    }
  }
  later(message.dataset.status === "unknown" ? 0 : 1000);
})();
