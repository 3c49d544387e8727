// The editor's cards: what a saved one changes elsewhere on the page goes to its place there.
(() => {
  // The page may have moved on meanwhile, and no longer have the place. Who stood in it goes on where they were.
  const fill = (news) => {
    const place = document.getElementById(news.dataset.fills);
    news.remove();
    if (!place) return;
    const focused = place.contains(document.activeElement) ? document.activeElement.id : "";
    place.replaceChildren(...news.childNodes);
    htmx.process(place);
    if (focused && document.getElementById(focused)) document.getElementById(focused).focus();
  };

  document.addEventListener("htmx:afterSwap", () => {
    for (const news of document.querySelectorAll("[data-fills]")) fill(news);
  });

  // Whether somebody else was quicker is asked now and then, but not while this page itself saves, whose answer says what
  // it has seen.
  document.addEventListener("htmx:beforeRequest", (event) => {
    if (!event.target.matches("[data-asks-quietly]")) return;
    if (document.querySelector("#editor .htmx-request, #editor.htmx-request")) event.preventDefault();
  });

  // What was told of a change that this page has seen after all.
  document.addEventListener("htmx:afterSettle", () => {
    const told = document.querySelector("[data-changed-at]");
    if (told && told.dataset.changedAt === document.getElementById("seen_now").value) told.remove();
  });

  // Of its queue htmx begins the next request only when one has ended. One whose element has left the page meanwhile
  // never begins, and those behind it would wait for ever: they are begun here.
  const goOn = () => {
    const queue = document.getElementById("editor")?.["htmx-internal-data"];
    while (queue && !queue.xhr && queue.queuedRequests?.length) queue.queuedRequests.shift()();
  };
  document.addEventListener("htmx:afterRequest", () => setTimeout(goOn));
})();
