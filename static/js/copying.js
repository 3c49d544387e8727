// <button data-copies="id of an input" data-copied="Copied"> copies what stands there; a field with
// data-selects selects itself when it is entered, for those who copy by hand.
(() => {
  document.addEventListener("click", async (event) => {
    const button = event.target.closest("[data-copies]");
    if (!button) return;
    const field = document.getElementById(button.dataset.copies);
    field.select();
    // Without https the browser offers no clipboard; the selection is what remains.
    if (navigator.clipboard) await navigator.clipboard.writeText(field.value);
    else document.execCommand("copy");
    const words = button.querySelector("span") || button;
    // Once more before the words are back, they are no longer those to come back to.
    if (words.textContent === button.dataset.copied) return;
    const before = words.textContent;
    words.textContent = button.dataset.copied;
    setTimeout(() => { words.textContent = before; }, 2000);
  });
  document.addEventListener("focusin", (event) => {
    if (event.target.matches("[data-selects]")) event.target.select();
  });
})();
