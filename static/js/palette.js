// The command palette: Ctrl-K or ⌘-K, or its button, opens the <dialog>; what fits comes from the server by htmx. Pages
// seen lately stand first while nothing is typed; this browser alone knows them, until their user signs out or another
// one, after a session that ran out, is there.
(() => {
  const dialog = document.getElementById("palette");
  const field = document.getElementById("palette-sought");
  const found = document.getElementById("palette-found");
  const SEEN = "seen-lately-";
  const key = `${SEEN}${dialog.dataset.user}`;
  const MOST = 6;

  const seen = () => {
    try {
      return JSON.parse(localStorage.getItem(key)) || [];
    } catch {
      return [];
    }
  };
  const forgetOthers = () => {
    for (const each of Object.keys(localStorage)) if (each.startsWith(SEEN) && each !== key) localStorage.removeItem(each);
  };
  const here = location.pathname;
  const heading = document.querySelector("h1")?.textContent.trim();
  const others = seen().filter((page) => page.url !== here);
  if (heading) {
    try {
      forgetOthers();
      localStorage.setItem(key, JSON.stringify([{ url: here, label: heading }, ...others].slice(0, MOST + 1)));
    } catch {
      // A browser that keeps nothing has no pages seen lately.
    }
  }

  // --- What is chosen -------------------------------------------------------------------------

  const options = () => [...found.querySelectorAll("[role=option]")];
  const chosen = () => found.querySelector("[aria-selected=true]");
  const choose = (option) => {
    chosen()?.setAttribute("aria-selected", "false");
    field.setAttribute("aria-expanded", String(Boolean(option)));
    if (!option) return field.removeAttribute("aria-activedescendant");
    option.setAttribute("aria-selected", "true");
    option.scrollIntoView({ block: "nearest" });
    field.setAttribute("aria-activedescendant", option.id);
  };
  // Where the arrow keys have led to: an answer that comes after them leaves it chosen.
  let aimed = null;
  const move = (by) => {
    const all = options();
    const next = all[(all.indexOf(chosen()) + by + all.length) % all.length];
    aimed = next.href;
    choose(next);
  };
  const KEYS = {
    ArrowDown: () => move(1),
    ArrowUp: () => move(chosen() ? -1 : 0),
    Enter: () => chosen()?.click(),
  };

  // --- Pages seen lately ----------------------------------------------------------------------

  const option = (page, number) => {
    const link = document.createElement("a");
    Object.assign(link, { className: "jump", id: `palette-seen-${number}`, href: page.url, tabIndex: -1 });
    link.setAttribute("role", "option");
    link.setAttribute("aria-selected", "false");
    const label = document.createElement("span");
    label.className = "jump-label";
    label.textContent = page.label;
    link.append(label);
    return link;
  };
  const showSeen = () => {
    const list = found.querySelector("[role=listbox]");
    if (field.value.trim() || !list || !others.length) return;
    const group = document.createElement("div");
    group.setAttribute("role", "group");
    group.setAttribute("aria-labelledby", "palette-seen");
    const name = document.createElement("div");
    Object.assign(name, { className: "jump-heading", id: "palette-seen", textContent: dialog.dataset.recent });
    name.setAttribute("role", "presentation");
    group.append(name, ...others.slice(0, MOST).map(option));
    list.prepend(group);
  };

  // --- Opening and closing --------------------------------------------------------------------

  const open = () => {
    if (dialog.open || document.querySelector("dialog[open]")) return;
    aimed = null;
    dialog.showModal();
    field.select();
    htmx.trigger(field, "look");
  };

  document.addEventListener("keydown", (event) => {
    if (pressedKey(event).toLowerCase() === "k" && (event.ctrlKey || event.metaKey) && !event.altKey && !event.shiftKey) {
      event.preventDefault();
      if (dialog.open) dialog.close();
      else open();
    }
  });
  document.addEventListener("click", (event) => {
    if (event.target.closest("[data-opens-palette]") && !event.ctrlKey && !event.metaKey) {
      event.preventDefault();
      open();
    }
  });
  dialog.addEventListener("click", (event) => {
    if (event.target === dialog || event.target.closest("[data-closes-palette], [role=option]")) dialog.close();
  });
  field.addEventListener("keydown", (event) => {
    if (event.isComposing || !(event.key in KEYS)) return;
    event.preventDefault();
    if (options().length) KEYS[event.key]();
  });
  field.addEventListener("input", () => {
    aimed = null;
  });
  found.addEventListener("htmx:afterSwap", () => {
    showSeen();
    const all = options();
    choose(all.find((each) => each.href === aimed) ?? all[0]);
  });
  for (const failure of ["htmx:responseError", "htmx:sendError"]) {
    field.addEventListener(failure, () => {
      const words = document.createElement("p");
      Object.assign(words, { className: "palette-nothing", textContent: dialog.dataset.broken });
      words.setAttribute("role", "alert");
      found.replaceChildren(words);
      choose(null);
    });
  }
  document.addEventListener("submit", (event) => {
    if (event.target.matches("[data-signs-out]")) localStorage.removeItem(key);
  });
  if (/Mac|iP(hone|ad)/.test(navigator.platform)) for (const each of document.querySelectorAll("[data-mod-key]")) each.textContent = "⌘ K";
})();
