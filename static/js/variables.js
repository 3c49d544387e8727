// After "{{" the variables are offered in a list below the field: by arrow keys and Enter, or by mouse; Escape closes it.
(() => {
  const FIELDS = "#message-form textarea, #message-form input[type=text], #message-form input[type=url]";
  const OPENED = /\{\{\s*([^{}|]*)$/u;
  let field = null;
  // Where the "{{" stands whose list was closed: it stays so until another is opened.
  let dismissed = -1;

  const list = () => document.getElementById("variables");
  const all = () => [...list().querySelectorAll("[role=option]")];
  const shown = () => all().filter((option) => !option.hidden);
  const current = () => list().querySelector("[aria-selected=true]");

  const opening = (of) => OPENED.exec(of.value.slice(0, of.selectionStart));

  const choose = (option) => {
    if (current()) current().setAttribute("aria-selected", "false");
    option.setAttribute("aria-selected", "true");
    option.scrollIntoView({ block: "nearest" });
    field.setAttribute("aria-activedescendant", option.id);
  };

  const close = () => {
    if (!field) return;
    for (const name of ["aria-controls", "aria-activedescendant"]) field.removeAttribute(name);
    field = null;
    list().hidden = true;
    document.getElementById("variables-hint").textContent = "";
  };

  const fits = (option, wanted) => option.textContent.toLowerCase().includes(wanted);

  const offer = (of, wanted) => {
    for (const option of all()) option.hidden = !fits(option, wanted);
    if (!shown().length) return close();
    field = of;
    // Below the field one writes in; all of them share the list.
    of.insertAdjacentElement("afterend", list());
    list().hidden = false;
    of.setAttribute("aria-controls", "variables");
    // Names that begin with what was typed come before those that only have it in them.
    choose(shown().find((option) => option.dataset.name.startsWith(wanted)) || shown()[0]);
    document.getElementById("variables-hint").textContent = list().dataset.hint;
  };

  const take = (option) => {
    const into = field;
    const begun = opening(into);
    if (!begun) return close();
    const rest = /^\s*\}\}/u.exec(into.value.slice(into.selectionStart));
    close();
    into.setRangeText(`{{ ${option.dataset.name} }}`, begun.index, into.selectionStart + (rest ? rest[0].length : 0), "end");
    into.focus();
    into.dispatchEvent(new Event("input", { bubbles: true }));
  };

  const step = (by) => {
    const options = shown();
    choose(options[(options.indexOf(current()) + by + options.length) % options.length]);
  };

  const KEYS = {
    ArrowDown: () => step(1),
    ArrowUp: () => step(-1),
    Enter: () => take(current()),
    Tab: () => take(current()),
    Escape: () => { dismissed = opening(field)?.index ?? -1; close(); },
  };

  document.addEventListener("input", (event) => {
    if (!event.target.matches(FIELDS)) return;
    const begun = opening(event.target);
    if (!begun) dismissed = -1;
    if (begun && begun.index !== dismissed) offer(event.target, begun[1].trim().toLowerCase());
    else close();
  });

  document.addEventListener("keydown", (event) => {
    const act = field && event.target === field && !event.isComposing && !event.shiftKey && KEYS[event.key];
    if (!act) return;
    event.preventDefault();
    event.stopPropagation();
    act();
  });

  document.addEventListener("focusin", (event) => {
    if (event.target.matches(FIELDS)) event.target.setAttribute("aria-autocomplete", "list");
  });

  // The field keeps the focus while the mouse chooses.
  document.addEventListener("mousedown", (event) => {
    if (!event.target.closest("#variables")) return;
    event.preventDefault();
    const option = event.target.closest("[role=option]");
    if (option) take(option);
  });

  document.addEventListener("focusout", (event) => {
    if (event.target === field) close();
  });
})();
