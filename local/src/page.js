(() => {
  "use strict";
  // Keeps the part of the page that changes by itself as new as the truth. Without this it is as new as the page.
  const look = async () => {
    const live = document.getElementById("live");
    if (!live || !("waiting" in live.dataset)) return;
    try {
      const answer = await fetch(location.href, { cache: "no-store" });
      // Its style has a nonce of its own, which this page does not know.
      const text = (await answer.text()).replace(/<style[^]*?<\/style>/, "");
      const page = new DOMParser().parseFromString(text, "text/html");
      const fresh = page.getElementById("live");
      const same = fresh && fresh.outerHTML === live.outerHTML;
      if (answer.ok && fresh && !same && !live.contains(document.activeElement)) live.replaceWith(fresh);
    } catch { /* It is asked for again. */ }
    setTimeout(look, 1000);
  };
  setTimeout(look, 500);
})();
