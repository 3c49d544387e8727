// Whoever leaves a page is asked first whether what they typed into a form, and did not send, may be lost. What htmx saves
// is asked for where it is saved (chain.js, message.js).
(() => {
  const FORM = "main form[method=post]:not([hx-post])";
  const TICKED = "[type=checkbox], [type=radio]";
  const typedIn = new Set();

  // A form on its way says that it is busy (working.js); one that htmx has replaced is gone.
  const isLost = (form) => form.isConnected && form.getAttribute("aria-busy") !== "true" && !form.closest("dialog:not([open])");
  const ask = (event) => {
    if ([...typedIn].some(isLost)) event.preventDefault();
  };
  // Only from now on: browsers keep a page at hand, to go back to, where nothing asks.
  const note = (form) => {
    typedIn.add(form);
    window.addEventListener("beforeunload", ask);
  };

  if (!document.body.dataset.user) return;
  for (const type of ["input", "change"]) {
    document.addEventListener(type, ({ target }) => {
      const form = target.form ?? target.closest("form");
      if (form?.matches(FORM) && !target.matches(TICKED)) note(form);
    });
  }
  document.addEventListener("click", ({ target }) => {
    const form = target.closest("[data-removes-row]")?.closest(FORM);
    if (form) note(form);
  }, true);
  // A form shown again with what is wrong in it is not saved yet.
  for (const field of document.querySelectorAll(`:is(${FORM}) [aria-invalid=true]`)) note(field.form);
})();
