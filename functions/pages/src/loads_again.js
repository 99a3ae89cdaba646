(() => {
  "use strict";
  // Each time it waits longer, up to a minute, and not at all while nobody looks.
  const key = "payproof.again." + location.pathname;
  let tries = 0;
  try {
    tries = Number(sessionStorage.getItem(key)) || 0;
    sessionStorage.setItem(key, String(tries + 1));
  } catch { /* A browser without storage waits as long each time. */ }
  const again = () => { if (!document.hidden) location.reload(); };
  setTimeout(() => {
    document.addEventListener("visibilitychange", again);
    again();
  }, Math.min(60000, 5000 * 2 ** tries));
})();
