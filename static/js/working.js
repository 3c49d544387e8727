// A form that is on its way says so on the button that sent it, and cannot be sent twice; the bar at the top shows while
// the browser waits for the next page, after a link too. Going back in the browser brings the page as it was.
(() => {
  const bar = () => document.getElementById("waiting-bar");
  const isGoing = (goes) => bar()?.classList.toggle("is-waiting", goes);

  // Whoever knows that nothing will come may keep the browser on the page (offline.js), and goes later.
  const isKeptHere = (event, goes) => {
    const leaving = new CustomEvent("leaves-page", { bubbles: true, cancelable: true, detail: goes });
    if (event.target.dispatchEvent(leaving)) return false;
    event.preventDefault();
    return true;
  };

  const mark = (form, button) => {
    form.setAttribute("aria-busy", "true");
    if (!button) return;
    button.setAttribute("aria-busy", "true");
    button.title = bar().dataset.working;
  };
  const unmark = (root) => {
    for (const each of [root, ...root.querySelectorAll("[aria-busy]")]) {
      if (each.matches("button")) each.removeAttribute("title");
      each.removeAttribute("aria-busy");
    }
  };

  // Before htmx and all others.
  document.addEventListener("submit", (event) => {
    if (event.target.getAttribute("aria-busy") !== "true") return;
    event.preventDefault();
    event.stopImmediatePropagation();
  }, true);

  // After them: what they have not taken is sent by the browser, which brings another page.
  window.addEventListener("submit", (event) => {
    const { target: form, submitter } = event;
    if (event.defaultPrevented || form.target || form.method === "dialog") return;
    if (isKeptHere(event, () => form.requestSubmit(submitter))) return;
    if (form.method === "post") mark(form, submitter);
    isGoing(true);
  });

  // Where a link brings a file the page stays: it says data-file (with `download` an error would be saved as the file).
  // The recovery codes are allauth's link.
  const bringsFile = (link) => link.matches("[data-file], [download]") || link.pathname.endsWith("/download/");
  const leaves = (link) =>
    (!link.target || link.target === "_self") && !bringsFile(link) && link.origin === location.origin &&
    !(link.hash && link.pathname === location.pathname && link.search === location.search);
  window.addEventListener("click", (event) => {
    if (event.defaultPrevented || event.button || event.ctrlKey || event.metaKey || event.shiftKey || event.altKey) return;
    const link = event.target.closest("a[href]");
    if (link && leaves(link) && !isKeptHere(event, () => location.assign(link.href))) isGoing(true);
  });
  // So stops a browser what it was going to.
  window.addEventListener("keydown", (event) => {
    if (event.key === "Escape") isGoing(false);
  });
  window.addEventListener("pageshow", (event) => {
    if (!event.persisted) return;
    unmark(document.body);
    isGoing(false);
  });

  // What is saved while one types is never in the way.
  document.addEventListener("htmx:beforeSend", ({ detail }) => {
    const pressed = detail.requestConfig.triggeringEvent;
    if (pressed?.type === "submit" && pressed.submitter) mark(pressed.target, pressed.submitter);
  });
  document.addEventListener("htmx:afterRequest", ({ detail }) => {
    const pressed = detail.requestConfig?.triggeringEvent;
    if (pressed?.type === "submit") unmark(pressed.target);
  });

  // Whoever signed in again in another tab has another token than this page was given.
  document.addEventListener("htmx:configRequest", ({ detail }) => {
    const token = /(?:^|; )csrftoken=([^;]+)/.exec(document.cookie);
    if (token) detail.headers["X-CSRFToken"] = token[1];
  });
})();
