// A part of the page that asks again every few seconds (data-asks-again; its hx-trigger ends in "seen-again") does not ask
// in a hidden tab, and asks at once when the tab is seen again.
(() => {
  document.addEventListener("htmx:beforeRequest", (event) => {
    if (document.hidden && event.detail.elt.matches("[data-asks-again]")) event.preventDefault();
  });
  document.addEventListener("visibilitychange", () => {
    if (document.hidden) return;
    for (const part of document.querySelectorAll("[data-asks-again]")) htmx.trigger(part, "seen-again");
  });
})();
