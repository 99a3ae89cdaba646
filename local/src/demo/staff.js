(() => {
  "use strict";
  // The console keeps its key in this tab's storage, under this name. An address is no place for a key: it is kept in
  // histories, and sent on.
  document.getElementById("keys").hidden = false;
  for (const button of document.querySelectorAll("button[data-key]")) {
    button.addEventListener("click", () => {
      try { sessionStorage.setItem("payproof.key", button.dataset.key); } catch { /* The console asks for it. */ }
      location.assign(document.getElementById("console").href);
    });
  }
})();
