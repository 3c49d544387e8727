// A form that is on its way says so on the button that sent it, and cannot be sent twice; the bar at the top shows while
// the browser waits for the next page. Going back in the browser brings the form as it was.
(() => {
  const bar = () => document.getElementById("waiting-bar");

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
    if (event.defaultPrevented || event.target.method !== "post" || event.target.target) return;
    mark(event.target, event.submitter);
    bar().classList.add("is-waiting");
  });
  window.addEventListener("pageshow", (event) => {
    if (!event.persisted) return;
    unmark(document.body);
    bar().classList.remove("is-waiting");
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
