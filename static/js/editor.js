// The editor: names of variables go into the text at the cursor, and nothing typed in the message gets lost.
(() => {
  const form = () => document.getElementById("message-form");
  const FIELDS = "#message-form textarea, #message-form input[type=text], #message-form input[type=url]";
  let isUnsaved = false;
  let lastField = "";

  document.addEventListener("focusin", (event) => {
    if (event.target.matches(FIELDS)) lastField = event.target.id;
  });

  document.addEventListener("click", (event) => {
    const chip = event.target.closest("[data-inserts]");
    if (!chip) return;
    const field = document.getElementById(lastField) || form().querySelector("textarea");
    field.setRangeText(`{{ ${chip.dataset.inserts} }}`, field.selectionStart, field.selectionEnd, "end");
    field.focus();
    field.dispatchEvent(new Event("input", { bubbles: true }));
  });

  document.addEventListener("input", (event) => {
    if (event.target.closest("[data-guarded]")) isUnsaved = true;
  });

  // What a saved card or a count changes elsewhere. The page may have moved on meanwhile, and no longer have the place.
  document.addEventListener("htmx:afterSwap", () => {
    for (const news of document.querySelectorAll("[data-fills]")) {
      const place = document.getElementById(news.dataset.fills);
      news.remove();
      if (!place) continue;
      place.replaceChildren(...news.childNodes);
      htmx.process(place);
    }
  });

  // The message was swapped: saved, or shown again with what is wrong, which is not saved yet.
  document.addEventListener("htmx:afterSwap", (event) => {
    if (event.detail.target.id === "message") isUnsaved = event.detail.xhr.status === 422;
  });

  // Another tab of the message takes the place of what was typed.
  document.addEventListener("htmx:confirm", (event) => {
    if (!isUnsaved || !event.target.closest("[data-loses-message]")) return;
    event.preventDefault();
    if (window.confirm(document.getElementById("editor").dataset.unsaved)) event.detail.issueRequest(true);
  });

  window.addEventListener("beforeunload", (event) => {
    if (isUnsaved) event.preventDefault();
  });

  // A step on another channel may ask the message for a subject or a button.
  document.addEventListener("draft-changed", (event) => {
    if (!isUnsaved && !event.target.closest("#message")) htmx.trigger("#message", "stale");
  });
})();
