// A form that was sent, but came to the sign-in page or to one about an error, is not lost: what was typed is kept in this
// tab, never a password, a file or what allauth asks for, and the page it stood on offers it again to the same user.
(() => {
  const KEY = "typed";
  const SECRET = "[type=password], [type=file], [autocomplete=one-time-code]";
  const TYPED = "input:not([type=hidden], [type=submit], [type=button]), textarea, select";
  const user = document.body.dataset.user || "";
  const here = location.pathname + location.search;

  // Where the browser keeps nothing, neither do we.
  const read = () => {
    try {
      return JSON.parse(sessionStorage.getItem(KEY));
    } catch {
      return null;
    }
  };
  const write = (kept) => {
    try {
      if (kept) sessionStorage.setItem(KEY, JSON.stringify(kept));
      else sessionStorage.removeItem(KEY);
    } catch { /* the form is sent all the same */ }
  };

  // A field may be called "action".
  const address = (form, button) => new URL(button?.getAttribute("formaction") || form.getAttribute("action") || "", location.href);
  const isKept = (form, button) => form.closest("main") && !address(form, button).pathname.startsWith("/accounts/");
  const fields = (form) => [...form.elements].filter((field) => field.name && field.matches(TYPED) && !field.matches(SECRET));
  const words = (field) => (field.tagName === "SELECT" ? field.selectedOptions[0]?.textContent : field.value).trim();
  const shown = (field) => field.checkVisibility() && !field.matches("[type=checkbox], [type=radio]") && words(field);

  const keep = (form, button) => {
    const secrets = new Set([...form.querySelectorAll(SECRET)].map((field) => field.name));
    const values = [...new FormData(form, button)];
    write({
      user,
      page: here,
      action: address(form, button).href,
      values: values.filter(([name, value]) => typeof value === "string" && name !== "csrfmiddlewaretoken" && !secrets.has(name)),
      told: fields(form).filter(shown).map((field) => [field.labels[0]?.textContent.trim() || "", words(field)]),
    });
  };
  window.addEventListener("submit", (event) => {
    const { target: form, submitter } = event;
    if (event.defaultPrevented || !user || form.method !== "post") return;
    if (form.closest("#kept-offer")) write({ ...read(), isInterrupted: false });
    else if (isKept(form, submitter) && fields(form).some(shown)) keep(form, submitter);
    else write(null);
  });

  // --- The page that came in answer -------------------------------------------------------------

  const offer = (kept) => {
    const place = document.getElementById("kept-offer");
    place.append(place.querySelector("template").content.cloneNode(true));
    const form = place.querySelector("form");
    form.action = kept.action;
    for (const [name, value] of kept.values) {
      form.append(Object.assign(document.createElement("textarea"), { name, value, hidden: true }));
    }
    const list = place.querySelector("dl");
    for (const [label, text] of kept.told) {
      list.append(Object.assign(document.createElement("dt"), { textContent: label }));
      list.append(Object.assign(document.createElement("dd"), { textContent: text }));
    }
    place.querySelector("[data-throws-away]").addEventListener("click", () => {
      write(null);
      place.replaceChildren();
      document.getElementById("content").focus();
    });
  };
  const say = (note, kept) => {
    note.hidden = false;
    const way = note.querySelector("a");
    if (way) way.href = kept.page;
  };

  const arrive = () => {
    const kept = read();
    if (!kept) return;
    const note = document.querySelector("[data-kept-note]");
    if (note) {
      write({ ...kept, isInterrupted: true });
      say(note, kept);
    } else if (user && (user !== kept.user || !kept.isInterrupted)) write(null);
    else if (user && here === kept.page) offer(kept);
  };
  arrive();
})();
