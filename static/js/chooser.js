// A field for the name of one of many segments: those that fit what is typed come from the server by htmx, as a list below
// the field, for hand and keyboard. What was chosen stays the text of the field, so nothing else has to be kept or sent.
(() => {
  const PAUSE = 150;
  const isField = (element) => element.matches?.("[data-chooser] > input");
  const foundOf = (field) => field.parentElement.querySelector(".chooser-found");
  const options = (field) => [...foundOf(field).querySelectorAll("[role=option]")];
  const chosen = (field) => foundOf(field).querySelector("[aria-selected=true]");

  const choose = (field, option) => {
    chosen(field)?.setAttribute("aria-selected", "false");
    if (!option) return field.removeAttribute("aria-activedescendant");
    option.setAttribute("aria-selected", "true");
    option.scrollIntoView({ block: "nearest" });
    field.setAttribute("aria-activedescendant", option.id);
  };
  const show = (field, isShown) => {
    foundOf(field).hidden = !isShown;
    field.setAttribute("aria-expanded", String(isShown && options(field).length > 0));
    if (isShown) field.setAttribute("aria-controls", `${field.id}-list`);
    else choose(field, null);
  };

  // --- What fits ------------------------------------------------------------------------------

  // A name that was there or was chosen is no search: whoever opens the list over it sees the others.
  const sought = (field) => (field.value === field.dataset.settled ? "" : field.value.trim());
  let soon;
  const look = (field, pause = 0) => {
    clearTimeout(soon);
    choose(field, null);
    soon = setTimeout(() => {
      const found = foundOf(field);
      found.setAttribute("hx-vals", JSON.stringify({ sought: sought(field) }));
      htmx.trigger(found, "look");
    }, pause);
  };
  const offerNone = (field) => {
    const none = document.createElement("span");
    Object.assign(none, { className: "chooser-name", textContent: field.placeholder });
    none.setAttribute("role", "option");
    none.setAttribute("aria-selected", "false");
    none.dataset.none = "";
    foundOf(field).querySelector("[role=listbox]")?.prepend(none);
  };
  document.addEventListener("htmx:afterSwap", ({ target }) => {
    const field = target.matches(".chooser-found") && target.parentElement.querySelector("input");
    if (!field || field !== document.activeElement) return;
    if ("none" in field.dataset && field.value && !sought(field)) offerNone(field);
    const list = target.querySelector("[role=listbox]");
    if (list) list.id = `${field.id}-list`;
    options(field).forEach((option, number) => {
      option.id = `${field.id}-option-${number}`;
    });
    show(field, true);
    if (sought(field)) choose(field, options(field)[0]);
    target.parentElement.querySelector("[role=status]").textContent = target.querySelector(".chooser-note").textContent;
  });

  // --- By hand and by keyboard ------------------------------------------------------------------

  const take = (field, option) => {
    field.value = "none" in option.dataset ? "" : option.textContent;
    field.dataset.settled = field.value;
    show(field, false);
    field.dispatchEvent(new Event("change", { bubbles: true }));
  };
  const move = (field, by) => {
    const all = options(field);
    if (foundOf(field).hidden || !all.length) return look(field);
    const at = all.indexOf(chosen(field));
    choose(field, all[at < 0 ? (by > 0 ? 0 : all.length - 1) : (at + by + all.length) % all.length]);
  };
  const press = (event) => {
    const field = event.target;
    const isOpen = !foundOf(field).hidden;
    if (event.key === "ArrowDown" || event.key === "ArrowUp") move(field, event.key === "ArrowDown" ? 1 : -1);
    else if (event.key === "Escape" && isOpen) show(field, false);
    else if (event.key === "Enter" && chosen(field)) take(field, chosen(field));
    else {
      if (event.key === "Tab" && chosen(field)) take(field, chosen(field));
      return;
    }
    event.preventDefault();
    event.stopPropagation();
  };
  // Before the menus that Escape closes.
  document.addEventListener("keydown", (event) => {
    if (isField(event.target) && !event.isComposing) press(event);
  }, true);
  document.addEventListener("input", ({ target }) => {
    if (isField(target)) look(target, PAUSE);
  });
  document.addEventListener("mousedown", (event) => {
    if (event.target.closest(".chooser-found")) event.preventDefault();
  });
  document.addEventListener("click", ({ target }) => {
    if (isField(target) && foundOf(target).hidden) {
      target.select();
      look(target);
    }
    const option = target.closest(".chooser-found [role=option]");
    if (option) take(option.closest("[data-chooser]").querySelector("input"), option);
  });
  document.addEventListener("focusout", ({ target }) => {
    if (!isField(target)) return;
    clearTimeout(soon);
    show(target, false);
  });

  const enhance = (root) => {
    for (const field of root.querySelectorAll("[data-chooser] > input:not([role])")) {
      field.dataset.settled = field.value;
      field.setAttribute("role", "combobox");
      field.setAttribute("aria-autocomplete", "list");
      field.setAttribute("aria-expanded", "false");
    }
  };
  document.addEventListener("htmx:load", ({ target }) => enhance(target.parentElement || target));
  document.addEventListener("DOMContentLoaded", () => enhance(document));
})();
