// A part of the page that replaces itself every few seconds must not disturb whoever reads it: what was opened
// stays open, what was moved sideways stays there, a hidden tab does not ask, and an open menu is not closed.
(() => {
  let opened = [];
  let moved = [];

  document.addEventListener("htmx:beforeRequest", (event) => {
    if (document.hidden && event.detail.elt.matches("[data-asks-again]")) event.preventDefault();
  });
  document.addEventListener("htmx:beforeSwap", () => {
    opened = [...document.querySelectorAll("details[data-keeps-open][open], details[data-menu][open]")].map((part) => part.id);
    moved = [...document.querySelectorAll("[data-keeps-scroll]")].map((part) => [part.id, part.scrollLeft]);
  });
  document.addEventListener("htmx:afterSwap", () => {
    for (const id of opened) {
      const part = id && document.getElementById(id);
      if (part) part.open = true;
    }
    for (const [id, left] of moved) {
      const part = document.getElementById(id);
      if (part) part.scrollLeft = left;
    }
  });
})();
