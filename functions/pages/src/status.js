/*
 * <payproof-status session="cs_…" secret="csec_…">what is shown without a script</payproof-status>
 *
 * Says what is true of a session, and goes on asking until that is final. Attributes: `session` and `secret` from the
 * answer that opened the session; `lang` (or that of an element around it) chooses the language. `status` is set to what
 * is true, for styles: payproof-status[status=paid]. Parts for ::part(): message, reason. Events, their `detail` the
 * session: payproof-status on each change, payproof-final once nothing changes it any more; payproof-lost, with none,
 * when it could not be asked three times in a row.
 */
(() => {
  "use strict";
  const origin = new URL(document.currentScript.src).origin;

  class PayproofStatus extends HTMLElement {
    static observedAttributes = ["session", "secret", "lang"];
    #message = document.createElement("span");
    #reason = document.createElement("span");
    #fallback = document.createElement("slot");
    #timer = 0;
    #turn = 0;
    #etag = null;
    #failures = 0;
    #shown = null;

    constructor() {
      super();
      const root = this.attachShadow({ mode: "open" });
      this.#message.part = "message";
      this.#message.setAttribute("role", "status");
      this.#message.setAttribute("aria-live", "polite");
      this.#reason.part = "reason";
      root.append(this.#message, " ", this.#reason, this.#fallback);
    }

    connectedCallback() { this.#soon(); }
    disconnectedCallback() { this.#stop(); }
    attributeChangedCallback(name, before, after) { if (before !== after) this.#soon(); }

    // Attributes change one after the other, and a new session has a new secret: both are waited for.
    #soon() {
      this.#stop();
      const turn = this.#turn;
      queueMicrotask(() => { if (turn === this.#turn && this.isConnected) this.#start(); });
    }

    #stop() {
      clearTimeout(this.#timer);
      // An answer that is still on its way belongs to nobody.
      this.#turn += 1;
    }

    #start() {
      const session = this.getAttribute("session");
      // What was true of another session is not true of this one.
      if (this.#shown !== session) {
        this.#shown = session;
        this.#message.textContent = this.#reason.textContent = "";
        this.#fallback.hidden = false;
        this.removeAttribute("status");
      }
      this.#etag = null;
      this.#failures = 0;
      if (this.getAttribute("session") && this.getAttribute("secret")) this.#ask(this.#turn);
    }

    #later(turn, ms) { this.#timer = setTimeout(() => this.#ask(turn), ms); }

    async #ask(turn) {
      const headers = { Authorization: "Bearer " + this.getAttribute("secret") };
      const around = this.closest("[lang]");
      if (around && around.lang) headers["Accept-Language"] = around.lang.replaceAll("_", "-");
      if (this.#etag) headers["If-None-Match"] = this.#etag;
      try {
        const address = origin + "/v1/sessions/" + encodeURIComponent(this.getAttribute("session"));
        const answer = await fetch(address, { headers, cache: "no-store", referrerPolicy: "no-referrer" });
        if (turn !== this.#turn) return;
        if (answer.status === 304) {
          this.#failures = 0;
          return this.#later(turn, 1000 * Number(answer.headers.get("Retry-After") || 2));
        }
        if (!answer.ok) throw new Error(String(answer.status));
        this.#etag = answer.headers.get("ETag");
        const session = await answer.json();
        if (turn !== this.#turn) return;
        this.#failures = 0;
        this.#show(session);
        if (session.final) this.#tell("payproof-final", session);
        // What is paid can still be refunded, but nobody waits for that here.
        else this.#later(turn, session.poll_after_ms || 2000);
      } catch {
        if (turn !== this.#turn) return;
        this.#failures += 1;
        if (this.#failures === 3) this.#tell("payproof-lost", null);
        this.#later(turn, Math.min(30000, 1000 * 2 ** this.#failures));
      }
    }

    #show(session) {
      this.#fallback.hidden = true;
      if (this.#message.textContent !== session.message) this.#message.textContent = session.message;
      this.#reason.textContent = session.reason_text || "";
      // Another attempt may have been paid, or be under way: then that is what is true for this customer.
      const ofOrder = session.status !== "refunded" && ["paid", "processing", "review"].includes(session.order_status);
      this.setAttribute("status", ofOrder ? session.order_status : session.status);
      this.#tell("payproof-status", session);
    }

    #tell(name, detail) { this.dispatchEvent(new CustomEvent(name, { detail, bubbles: true, composed: true })); }
  }

  if (!customElements.get("payproof-status")) customElements.define("payproof-status", PayproofStatus);
})();
