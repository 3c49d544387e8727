// Says what happened: messages that the server sends with a fragment (the htmx event "toasts"), failed requests,
// and a bar at the top while a request takes longer than a moment. Other scripts: dispatch "toasts" on the body.
(() => {
  const ICONS = { success: "text-green", info: "text-blue", warning: "text-orange", error: "text-red" };
  const region = () => document.getElementById("toasts");

  // One with an `id` takes the place of the one before.
  const show = ({ level, text, way, id }) => {
    const toast = document.createElement("div");
    if (id) {
      document.getElementById(id)?.remove();
      toast.id = id;
    }
    toast.className = "toast show";
    const sign = document.createElement("span");
    sign.className = `toast-sign ${ICONS[level] || ICONS.info}`;
    const words = document.createElement("span");
    words.className = "toast-body";
    words.textContent = text;
    if (way) words.append(" ", way);
    const close = document.createElement("button");
    close.type = "button";
    close.className = "btn-close";
    close.setAttribute("aria-label", region().dataset.close);
    close.addEventListener("click", () => toast.remove());
    toast.append(sign, words, close);
    region().append(toast);
    // What went wrong stays until it is closed; the rest leaves after being read.
    if (level !== "error" && level !== "warning") setTimeout(() => toast.remove(), 8000);
  };

  // A part of the page that was to come later says it in its own place (regions.js).
  const isSaidInPlace = (part, words) => {
    if (!part.matches("[data-comes-later]")) return false;
    part.dispatchEvent(new CustomEvent("not-come", { bubbles: true, detail: words }));
    return true;
  };
  const partly = () => document.getElementById("not-come").dataset;

  const sentence = (xhr, broken) => {
    const type = xhr.getResponseHeader("Content-Type") || "";
    if (type.startsWith("text/plain") && xhr.responseText.trim() && xhr.status < 500) return xhr.responseText;
    const said = region().dataset;
    const reference = xhr.getResponseHeader("X-Reference");
    const byStatus = { 401: said.signedOut, 403: said.forbidden, 404: said.missing, 409: said.conflict, 410: said.missing, 429: said.crowded };
    return byStatus[xhr.status] || (reference ? `${broken} ${said.reference} ${reference}` : broken);
  };

  // A page that asks every few seconds says only once that the connection is gone.
  let isOffline = false;
  const offline = ({ detail: { elt } }) => {
    if (isSaidInPlace(elt, partly().offline)) return;
    if (!isOffline) show({ level: "error", text: region().dataset.offline });
    isOffline = true;
  };

  // Nor does it say every few seconds that it failed: not again before it was answered.
  const failing = new WeakSet();
  const isSaidAlready = (part) => {
    if (!part.matches("[data-asks-again]")) return false;
    const isSaid = failing.has(part);
    failing.add(part);
    return isSaid;
  };

  document.addEventListener("toasts", (event) => event.detail.toasts.forEach(show));
  // The page stays as it is, so that nothing typed in it is lost.
  const signedOut = () => {
    if (document.getElementById("signed-out")) return;
    const way = document.createElement("a");
    Object.assign(way, { href: region().dataset.signIn, id: "signed-out", target: "_blank", textContent: region().dataset.signInWords });
    show({ level: "error", text: region().dataset.signedOut, way });
  };
  document.addEventListener("htmx:responseError", ({ detail: { elt, xhr } }) => {
    if (xhr.status === 401) signedOut();
    const isInPlace = isSaidInPlace(elt, sentence(xhr, partly().broken));
    if (xhr.status !== 401 && !isInPlace && !isSaidAlready(elt)) show({ level: "error", text: sentence(xhr, region().dataset.broken) });
  });
  document.addEventListener("htmx:sendError", offline);
  document.addEventListener("htmx:timeout", offline);

  let waiting = 0;
  const mark = () => document.getElementById("waiting-bar").classList.toggle("is-waiting", waiting > 0);
  // Not before: a request that somebody prevents has no end.
  document.addEventListener("htmx:beforeSend", () => { waiting += 1; mark(); });
  document.addEventListener("htmx:afterRequest", (event) => {
    waiting = Math.max(0, waiting - 1);
    if (event.detail.xhr && event.detail.xhr.status > 0) isOffline = false;
    if (event.detail.successful) failing.delete(event.detail.elt);
    mark();
  });
})();
