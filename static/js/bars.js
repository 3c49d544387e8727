// Widths that come from figures: <span data-width="41.6"> becomes 41.6% wide. The CSP refuses style attributes
// but not this. Fragments that htmx brings are measured too.
(() => {
  const measure = (root) => {
    for (const bar of root.querySelectorAll("[data-width]")) bar.style.width = `${Number(bar.dataset.width) || 0}%`;
  };
  measure(document);
  document.addEventListener("htmx:afterSettle", (event) => measure(event.target.parentNode || document));
})();
