// A part that comes after its page (data-comes-later; its hx-trigger ends in "again") is busy until it came. If it does
// not come it says so, in its place or at data-comes-here inside, with a button that asks again.
(() => {
  const PATIENCE = 30000;
  const before = new WeakMap();
  const place = (region) => region.querySelector("[data-comes-here]") || region;
  const isRegion = (element) => element.matches("[data-comes-later]");

  const wait = (region) => {
    region.setAttribute("aria-busy", "true");
    if (!before.has(region)) return;
    place(region).replaceChildren(...before.get(region));
    before.delete(region);
  };
  const fail = (region, words) => {
    const inside = place(region);
    if (!before.has(region)) before.set(region, [...inside.childNodes]);
    const notice = document.getElementById("not-come").content.cloneNode(true);
    inside.replaceChildren(notice);
    inside.querySelector("[role=status]").textContent = words;
  };

  document.addEventListener("htmx:beforeSend", ({ detail: { elt, xhr } }) => {
    if (!isRegion(elt)) return;
    // A server that does not answer is as good as away.
    xhr.timeout = PATIENCE;
    wait(elt);
  });
  document.addEventListener("htmx:afterRequest", ({ detail: { elt } }) => {
    if (isRegion(elt)) elt.removeAttribute("aria-busy");
  });
  // toasts.js says here what it would say in a toast for anything else.
  document.addEventListener("not-come", (event) => fail(event.target, event.detail));
  document.addEventListener("click", (event) => {
    const region = event.target.closest("[data-tries-again]")?.closest("[data-comes-later]");
    if (!region) return;
    region.tabIndex = -1;
    htmx.trigger(region, "again");
    // The button is gone; whoever goes by keyboard stays where it was.
    region.focus({ preventScroll: true });
  });
})();
