// A part of the page that replaces itself every few seconds must not disturb whoever reads it: what was opened
// stays open, what was moved sideways stays there, the focus stays where it was.
(() => {
  let opened = [];
  let moved = [];
  let focused = "";

  document.addEventListener("htmx:beforeSwap", () => {
    opened = [...document.querySelectorAll("details[data-keeps-open][open], details[data-menu][open]")].map((part) => part.id);
    moved = [...document.querySelectorAll("[data-keeps-scroll]")].map((part) => [part.id, part.scrollLeft]);
    focused = document.activeElement.id;
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
    // htmx does this too, but could not while the parts around were closed.
    const part = focused && document.activeElement === document.body && document.getElementById(focused);
    if (part) part.focus({ preventScroll: true });
  });
})();
