// The question before something that cannot be taken back, in the one <dialog> of the page. Its inside comes
// from the server (parts/confirm_link.html, campaigns.partials.ask); without JavaScript the same is a page.
(() => {
  const dialog = () => document.getElementById("dialog");

  document.addEventListener("htmx:afterSwap", (event) => {
    if (event.target === dialog() && !dialog().open) dialog().showModal();
  });
  document.addEventListener("click", (event) => {
    const inside = dialog();
    if (!inside || !inside.open) return;
    const isOutside = event.target === inside;
    if (isOutside || event.target.closest("[data-closes-dialog]")) {
      event.preventDefault();
      inside.close();
    }
  });
})();
