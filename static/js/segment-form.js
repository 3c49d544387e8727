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

  // The label goes over to the new box, so the old field is nothing to be read aloud any more.
  const replace = (field, settings) => {
    new TomSelect(field, { closeAfterSelect: true, hidePlaceholder: true, refreshThrottle: 0, ...settings });
    field.setAttribute("aria-hidden", "true");
  };

  const enhance = (root) => {
    if (!window.TomSelect) return;
    for (const select of root.querySelectorAll("select[data-chooses]:not(.tomselected)")) {
      replace(select, { maxOptions: null });
    }
    for (const input of root.querySelectorAll("input[data-words]:not(.tomselected)")) {
      const present = input.value.split(",").map((word) => word.trim()).filter(Boolean);
      input.value = present.join(",");
      // Tom Select drops what is no option of its own.
      const options = [...present.map((value) => ({ value, text: value })), ...suggestions(input.dataset.words)];
      replace(input, { create: true, createOnBlur: true, persist: false, delimiter: ",", options });
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
