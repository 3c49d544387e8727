// Whoever leaves a page is asked first whether what they typed into a form, and did not send, may be lost. What htmx saves
// is asked for where it is saved (chain.js, message.js).
(() => {
  const FORM = "main form[method=post]:not([hx-post])";
  const TICKED = "[type=checkbox], [type=radio]";
  // Never shown again, so that nothing of them is there to be lost.
  const SECRET = "[type=password], [type=file], [autocomplete=one-time-code]";
  const typedIn = new Set();

  // A form on its way says that it is busy (working.js); one that htmx has replaced is gone.
  const isLost = (form) => form.isConnected && form.getAttribute("aria-busy") !== "true" && !form.closest("dialog:not([open])");
  const ask = (event) => {
    if (![...typedIn].some(isLost)) return;
    event.preventDefault();
    // Runs when the browser has its answer: who stays waits for no page.
    setTimeout(() => document.getElementById("waiting-bar")?.classList.remove("is-waiting"));
  };
  // Only from now on: browsers keep a page at hand, to go back to, where nothing asks.
  const note = (form) => {
    typedIn.add(form);
    window.addEventListener("beforeunload", ask);
  };
  const forget = () => {
    typedIn.clear();
    window.removeEventListener("beforeunload", ask);
  };

  const { user, unsent } = document.body.dataset;
  if (!user) return;
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
  for (const field of document.querySelectorAll(`:is(${FORM}) [aria-invalid=true]`)) if (!field.matches(SECRET)) note(field.form);

  // Another form is about to be sent: asked before it says that it is on its way, and before offline.js keeps it for later.
  document.addEventListener("leaves-page", (event) => {
    const others = [...typedIn].filter((form) => form !== event.target && isLost(form));
    if (!event.target.matches("form") || !others.length) return;
    if (window.confirm(unsent)) forget();
    else {
      event.preventDefault();
      event.stopImmediatePropagation();
    }
  });
  // Back at a page that was left by a form, which has been sent.
  window.addEventListener("pageshow", (event) => {
    if (event.persisted) forget();
  });
})();
