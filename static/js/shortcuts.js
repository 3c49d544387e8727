// Single keys: ? shows them all, / goes to the search of a list, the others follow a link of that dialog. None does
// anything while somebody types or a dialog is open, and all can be switched off there (WCAG 2.1.4).
(() => {
  const dialog = document.getElementById("shortcuts");
  const isOn = document.getElementById("shortcuts-on");
  const PATIENCE = 1500;
  let begun = "";
  let forget;

  const kept = () => {
    try {
      return localStorage.getItem("shortcuts") !== "off";
    } catch {
      return true;
    }
  };
  isOn.checked = kept();
  isOn.addEventListener("change", () => localStorage.setItem("shortcuts", isOn.checked ? "on" : "off"));

  const search = () => [...document.querySelectorAll("main input[type=search]")].find((field) => field.checkVisibility());
  const follow = (keys) => {
    const link = dialog.querySelector(`[data-keys="${CSS.escape(keys)}"]`);
    link?.click();
    return Boolean(link);
  };
  const begins = (key) => Boolean(dialog.querySelector(`[data-keys^="${CSS.escape(key)} "]`));

  const press = (key) => {
    const keys = begun ? `${begun} ${key}` : key;
    begun = "";
    if (keys === "?") return dialog.showModal() || true;
    if (keys === "/" && search()) return search().focus() || true;
    if (follow(keys)) return true;
    if (begins(key)) begun = key;
    clearTimeout(forget);
    forget = setTimeout(() => { begun = ""; }, PATIENCE);
    return false;
  };

  const isTyping = (element) => element.isContentEditable || element.matches("select, textarea, input:not([type=checkbox], [type=radio], [type=button], [type=submit])");
  document.addEventListener("keydown", (event) => {
    const key = pressedKey(event);
    const isPlain = !event.ctrlKey && !event.metaKey && !event.altKey && !event.isComposing && key.length === 1;
    if (!isPlain || !isOn.checked || isTyping(event.target) || document.querySelector("dialog[open]")) return;
    if (press(key)) event.preventDefault();
  });
  document.addEventListener("click", (event) => {
    if (event.target.closest("[data-shows-shortcuts]")) dialog.showModal();
    if (event.target === dialog || event.target.closest("[data-closes-shortcuts]")) dialog.close();
  });
})();
