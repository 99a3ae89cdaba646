// One question before anything is done: what it will do, in words, and a button that names it.
import { button, element, fill, inLine, say, trouble } from "./dom.js";
import { currentKey } from "./key.js";

let titles = 0;

/**
 * Asks once. `send` does it and answers with words for `answered`, or with a node that is shown here instead; what it
 * throws is shown, and the question stays. Where it returns `{ fault }` nothing was sent, and where that is `stale`, too,
 * what was asked about is not what is shown any more. `about` names what is asked about: whoever went on to another page
 * reads the answer there. Whoever signed out reads none.
 */
export function question({ about, title, says, fields = [], deed, danger = false, send, answered = say }) {
  const id = `dialog-${++titles}`;
  const place = element("div");
  const act = element("button", { type: "submit", class: danger ? "danger" : "primary" }, deed);
  const keep = button("Do nothing", () => dialog.close());
  let busy = false;
  let done = false;
  const asker = currentKey();
  const named = (words) => [about && [element("strong", null, about), " "], words];
  const submit = async (event) => {
    event.preventDefault();
    // What was made is shown here, and Enter in it makes no second one.
    if (busy || done) return;
    busy = true;
    act.disabled = keep.disabled = true;
    fill(place, element("p", { class: "quiet", role: "status" }, "Working…"));
    try {
      const came = await send();
      if (currentKey() !== asker) return;
      if (came.stale) {
        dialog.close();
        answered(named(came.fault), "warm");
      } else if (came.fault) {
        fill(place, element("p", { class: "notice error", role: "alert" }, came.fault));
      } else if (came instanceof Node) {
        done = true;
        if (!dialog.isConnected) return say(named(came));
        fill(form, heading, came, element("div", { class: "deeds" }, button("Close", () => dialog.close())));
        form.querySelector("button").focus();
      } else {
        dialog.close();
        answered(named(came));
      }
    } catch (error) {
      fill(place, trouble(error));
      // A browser closes a dialog at a second Escape, whatever is under way, and so does another page.
      if (!dialog.isConnected && currentKey() === asker) say(named(inLine(error)), "error");
    }
    busy = false;
    act.disabled = keep.disabled = false;
  };
  const heading = element("h2", { id }, title);
  const words = [says].flat().map((text) => element("p", null, text));
  const form = element(
    "form",
    { novalidate: true, on: { submit } },
    heading,
    words,
    fields,
    place,
    element("div", { class: "deeds" }, act, keep),
  );
  const dialog = element(
    "dialog",
    {
      "aria-labelledby": id,
      on: {
        // What is under way is not hidden: its answer is waited for.
        cancel: (event) => busy && event.preventDefault(),
        close: () => dialog.remove(),
      },
    },
    form,
  );
  document.body.append(dialog);
  dialog.showModal();
}
