// Without a network a link or a form would leave for the browser's own page, and what was typed with it. The page stays and
// says so. A browser without any network may still reach a server on the same machine: that is tried first.
(() => {
  const PATIENCE = 3000;
  let isSure = false;

  const reaches = async () => {
    const picture = document.querySelector("link[rel=icon]").href;
    try {
      await fetch(picture, { method: "HEAD", cache: "no-store", signal: AbortSignal.timeout(PATIENCE) });
      return true;
    } catch {
      return false;
    }
  };
  const say = () => {
    const text = document.getElementById("toasts").dataset.stays;
    document.body.dispatchEvent(new CustomEvent("toasts", { detail: { toasts: [{ level: "error", text, id: "offline" }] }, bubbles: true }));
  };

  document.addEventListener("leaves-page", async (event) => {
    if (navigator.onLine || isSure) return;
    event.preventDefault();
    if (!(await reaches())) {
      say();
      return;
    }
    isSure = true;
    event.detail();
    isSure = false;
  });
  window.addEventListener("online", () => document.getElementById("offline")?.remove());
})();
