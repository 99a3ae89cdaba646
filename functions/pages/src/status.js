/*
 * <payproof-status session="cs_…" secret="csec_…">what is shown without a script</payproof-status>
 *
 * Says what is true of a session, and goes on asking until that is final. Attributes: `session` and `secret` from the
 * answer that opened the session; `lang` (or that of an element around it) chooses the language. `status` is set to what
 * is true, for styles: payproof-status[status=paid]. Parts for ::part(): message, reason. Events, their `detail` the
 * session: payproof-status where what is said changes, payproof-final once nothing changes it any more; payproof-lost,
 * with none, when it could not be asked three times in a row.
 */
(() => {
  "use strict";
  const TIMEOUT_MS = 15000;
  const origin = new URL(document.currentScript.src).origin;

  class PayproofStatus extends HTMLElement {
    static observedAttributes = ["session", "secret", "lang"];
    #said = document.createElement("span");
    #message = document.createElement("span");
    #reason = document.createElement("span");
    #fallback = document.createElement("slot");
    #timer = 0;
    #turn = 0;
    #etag = null;
    #failures = 0;
    #refusals = 0;
    #shown = null;
    #told = "";
    #over = false;
    // Whoever comes back to the page, or to the network, does not wait.
    #wake = () => {
      if (this.#over || document.hidden || !this.#shown || !this.getAttribute("secret")) return;
      this.#stop();
      this.#ask(this.#turn);
    };

    constructor() {
      super();
      const root = this.attachShadow({ mode: "open" });
      this.#message.part = "message";
      this.#reason.part = "reason";
      // Why is read out too.
      this.#said.setAttribute("role", "status");
      this.#said.setAttribute("aria-live", "polite");
      this.#said.append(this.#message, " ", this.#reason);
      root.append(this.#said, this.#fallback);
    }

    connectedCallback() {
      document.addEventListener("visibilitychange", this.#wake);
      addEventListener("online", this.#wake);
      this.#soon();
    }
    disconnectedCallback() {
      document.removeEventListener("visibilitychange", this.#wake);
      removeEventListener("online", this.#wake);
      this.#stop();
    }
    attributeChangedCallback(name, before, after) {
      if (before !== after) this.#soon();
    }

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
        this.#message.textContent = this.#reason.textContent = this.#told = "";
        this.#fallback.hidden = false;
        this.removeAttribute("status");
      }
      this.#etag = null;
      this.#failures = this.#refusals = 0;
      this.#over = false;
      if (session && this.getAttribute("secret")) this.#ask(this.#turn);
    }

    #later(turn, ms) { this.#timer = setTimeout(() => this.#ask(turn), ms); }

    async #ask(turn) {
      const headers = { Authorization: "Bearer " + this.getAttribute("secret"), "Accept-Language": this.#languages() };
      if (this.#etag) headers["If-None-Match"] = this.#etag;
      let status = 0;
      let wait = 0;
      try {
        const address = origin + "/v1/sessions/" + encodeURIComponent(this.getAttribute("session"));
        const answer = await fetch(address, { headers, cache: "no-store", referrerPolicy: "no-referrer", signal: AbortSignal.timeout?.(TIMEOUT_MS) });
        status = answer.status;
        // A proxy may write a date there.
        wait = Math.min(60000, 1000 * Number(answer.headers.get("Retry-After")) || 0);
        if (status !== 304 && !answer.ok) throw new Error(String(status));
        const session = status === 304 ? null : await answer.json();
        if (turn !== this.#turn) return;
        this.#failures = this.#refusals = 0;
        if (session) {
          this.#etag = answer.headers.get("ETag");
          this.#show(session, answer.headers.get("Content-Language") || "");
          // What is paid can still be refunded, but nobody waits for that here.
          this.#over = session.final;
        }
        if (!this.#over) this.#later(turn, wait || 2000);
      } catch {
        if (turn !== this.#turn) return;
        this.#failures += 1;
        if (this.#failures === 3) this.#tell("payproof-lost", null);
        // A gateway may say so once in passing; a session that is not there, or not by this secret, will not be.
        this.#refusals = [401, 404].includes(status) ? this.#refusals + 1 : 0;
        if (this.#refusals > 2) return void (this.#over = true);
        this.#later(turn, Math.max(wait, Math.min(30000, 1000 * 2 ** this.#failures)));
      }
    }

    /** That of the page, then what its reader likes. */
    #languages() {
      const around = this.closest("[lang]")?.lang.replaceAll("_", "-");
      const tags = [...new Set([around, ...navigator.languages])].filter(Boolean);
      const wanted = tags.slice(0, 5).map((tag, place) => (place ? `${tag};q=0.${9 - place}` : tag)).join(", ");
      // A longer one would need leave of another origin's server (Fetch, "CORS-safelisted request-header").
      return wanted.length > 128 ? tags[0] : wanted || "*";
    }

    #show(session, language) {
      this.#fallback.hidden = true;
      this.#said.lang = language;
      // What stands there already is not read out again.
      const say = (part, words) => { if (part.textContent !== words) part.textContent = words; };
      say(this.#message, session.message);
      say(this.#reason, session.reason_text || "");
      // Another attempt may have been paid, or be under way: then that is what is true for this customer.
      const ofOrder = session.status !== "refunded" && ["paid", "processing", "review", "refunded"].includes(session.order_status);
      const status = ofOrder ? session.order_status : session.status;
      this.setAttribute("status", status);
      const told = [status, session.message, session.reason_text, session.final].join();
      if (told === this.#told) return;
      this.#told = told;
      this.#tell("payproof-status", session);
      if (session.final) this.#tell("payproof-final", session);
    }

    #tell(name, detail) { this.dispatchEvent(new CustomEvent(name, { detail, bubbles: true, composed: true })); }
  }

  if (!customElements.get("payproof-status")) customElements.define("payproof-status", PayproofStatus);
})();
