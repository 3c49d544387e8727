// The form of a segment. The server draws every row; this removes rows, keeps the focus where the hand is, and
// turns lists into boxes that can be searched. Without it the same buttons send the form.
(() => {
  const form = () => document.getElementById("segment-form");
  const changed = () => form().dispatchEvent(new CustomEvent("rows-changed"));

  const removeRow = (row) => {
    const rows = row.parentElement;
    const next = row.nextElementSibling || row.previousElementSibling;
    row.remove();
    const target = next ? next.querySelector("select, input:not([type=hidden])") : rows.parentElement.querySelector("[data-adds-row]");
    if (target) target.focus();
    changed();
  };

  const suggestions = (id) => [...document.getElementById(id).options].map(({ value }) => ({ value, text: value }));

  const enhance = (root) => {
    if (!window.TomSelect) return;
    for (const select of root.querySelectorAll("select[data-chooses]:not(.tomselected)")) {
      new TomSelect(select, { maxOptions: null, closeAfterSelect: true, refreshThrottle: 0 });
    }
    for (const input of root.querySelectorAll("input[data-words]:not(.tomselected)")) {
      new TomSelect(input, { create: true, createOnBlur: true, hidePlaceholder: true, persist: false, delimiter: ",", closeAfterSelect: true, refreshThrottle: 0, options: suggestions(input.dataset.words) });
    }
  };

  document.addEventListener("click", (event) => {
    const button = event.target.closest("[data-removes-row]");
    if (!button) return;
    event.preventDefault();
    removeRow(button.closest("[data-row]"));
  });
  document.addEventListener("htmx:load", (event) => enhance(event.target.parentElement || event.target));
  document.addEventListener("htmx:afterSettle", (event) => {
    if (form() && form().contains(event.target)) changed();
  });
  document.addEventListener("DOMContentLoaded", () => enhance(document));
})();
