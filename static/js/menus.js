// Small manners of menus and switches: Escape and a click elsewhere close an open <details data-menu>,
// <button data-opens="id"> shows and hides the element of that id, <button data-closes-message> its message,
// and a <select data-submits> sends its form at once, so that its button is not needed.
(() => {
  const openMenus = () => document.querySelectorAll("details[data-menu][open]");

  document.addEventListener("click", (event) => {
    for (const menu of openMenus()) if (!menu.contains(event.target)) menu.open = false;
    const opener = event.target.closest("[data-opens]");
    if (opener) opener.setAttribute("aria-expanded", String(document.getElementById(opener.dataset.opens).classList.toggle("show")));
    event.target.closest("[data-closes-message]")?.closest(".alert").remove();
  });
  document.addEventListener("keydown", (event) => {
    if (event.key !== "Escape") return;
    for (const menu of openMenus()) {
      menu.open = false;
      menu.querySelector("summary").focus();
    }
  });
  document.addEventListener("change", (event) => {
    if (event.target.matches("select[data-submits]")) event.target.form.requestSubmit();
  });
})();
