// The message is saved as one types, and nothing typed is lost: until the server has it, this browser keeps it, and what
// came to no good is tried again.
(() => {
  const FIRST_PAUSE_MS = 2000;
  const LONGEST_PAUSE_MS = 60000;
  // A server that does not answer is as good as away.
  const PATIENCE_MS = 30000;
  let isUnsaved = false;
  // What the request under way saves; only when the fields still say this, all is saved.
  let sent = "";
  // The link to the text that is to be opened as soon as this one is saved, by its id: the tabs are drawn anew meanwhile.
  let leavingFor = "";

  const form = () => document.getElementById("message-form");
  const fields = () => [...form().elements].filter((field) => field.name.startsWith("message-"));
  const values = () => JSON.stringify(Object.fromEntries(fields().map((field) => [field.name, field.value])));
  const isKeeping = (event) => event.detail.requestConfig.path.endsWith("/message/keep/");
  const keepNow = () => htmx.trigger("#message-keeper", "keep-now");

  const mark = (unsaved) => {
    isUnsaved = unsaved;
    document.getElementById("editor-status").classList.toggle("has-unsaved", unsaved);
    if (!unsaved) calmDown();
  };

  // --- The copy in this browser. Where it keeps nothing (a private window), the server alone has to do. ---

  const storage = (action) => {
    try { return action(window.localStorage); } catch { return null; }
  };
  const copyKey = () => `cascade.message.${form().dataset.copyKey}`;
  const forget = () => storage((store) => store.removeItem(copyKey()));
  const remember = () => storage((store) => store.setItem(copyKey(), JSON.stringify({ values: values(), at: Date.now() })));
  const parsed = (kept) => {
    try {
      const copy = JSON.parse(kept);
      const fields = new Map(Object.entries(JSON.parse(copy.values)));
      return fields.has("message-text") ? { ...copy, fields } : null;
    } catch { return null; }
  };
  // What is no copy, or half of one, is dropped.
  const remembered = () => {
    const kept = storage((store) => store.getItem(copyKey()));
    const copy = kept && parsed(kept);
    if (kept && !copy) forget();
    return copy;
  };

  const offerCopy = () => {
    const copy = remembered();
    const offer = document.getElementById("message-unsent");
    const isOffered = Boolean(copy) && copy.values !== values();
    offer.hidden = !isOffered;
    if (isOffered) offer.querySelector("time").textContent = new Date(copy.at).toLocaleString(document.documentElement.lang);
    else if (copy) forget();
  };

  const restore = () => {
    document.getElementById("message-unsent").hidden = true;
    const kept = remembered()?.fields;
    if (!kept) return;
    for (const field of fields()) if (kept.has(field.name)) field.value = kept.get(field.name);
    form().querySelector("textarea").focus();
    form().dispatchEvent(new Event("input", { bubbles: true }));
  };

  // --- Typed, kept, refused ---

  document.addEventListener("input", (event) => {
    if (!event.target.closest("#message-form")) return;
    mark(true);
    remember();
  });

  document.addEventListener("htmx:configRequest", (event) => {
    if (!event.detail.path.endsWith("/message/keep/")) return;
    event.detail.timeout = PATIENCE_MS;
    event.detail.parameters.unanswered = unanswered;
    sent = values();
    // The button was quicker than the pause after typing.
    if (event.target.id !== "message-keeper" || isUnsaved) return;
    event.preventDefault();
    leave();
  });

  document.addEventListener("message-kept", () => {
    if (values() !== sent) return;
    mark(false);
    forget();
    document.getElementById("message-unsent").hidden = true;
    if (isStale) htmx.trigger("#message", "stale");
  });

  // The echo of what was saved brings the status anew; what was typed meanwhile is still not saved.
  document.addEventListener("htmx:afterSettle", () => {
    if (form() && isUnsaved) mark(true);
  });

  // --- Not saved: tried again, ever more rarely, and at once when there may be a way again ---

  // What got no answer may have been saved all the same. The server is told these texts, and takes them for this page's.
  const unanswered = new Set();
  let pause = 0;
  let timer = 0;

  const say = (words) => {
    const place = document.getElementById("message-trying");
    if (place.textContent !== words) place.textContent = words;
  };
  const calmDown = () => {
    clearTimeout(timer);
    pause = 0;
    say("");
  };
  const tryLater = () => {
    clearTimeout(timer);
    pause = Math.min(2 * pause || FIRST_PAUSE_MS, LONGEST_PAUSE_MS);
    timer = setTimeout(keepNow, pause);
    say(document.getElementById("message-trying").dataset.words);
  };
  // Signed out (who signs in again in another tab can go on), asked too often, broken, or no answer at all.
  const isPassing = ({ status }) => !status || [401, 408, 429].includes(status) || status >= 500;

  document.addEventListener("htmx:afterRequest", (event) => {
    if (!event.detail.requestConfig || !isKeeping(event)) return;
    if (event.detail.successful) {
      unanswered.clear();
      calmDown();
    } else if (isUnsaved && isPassing(event.detail.xhr)) {
      if (navigator.onLine) unanswered.add(JSON.parse(sent)["message-text"]);
      tryLater();
    }
  });
  // It is said beside the text, not in a toast at each try.
  for (const failure of ["htmx:responseError", "htmx:sendError", "htmx:timeout"]) {
    document.addEventListener(failure, (event) => {
      const { elt, xhr } = event.detail;
      if (elt.id === "message-keeper" && isPassing(xhr) && xhr.status !== 401) event.stopPropagation();
    }, true);
  }

  const tryNow = () => { if (isUnsaved && pause) keepNow(); };
  window.addEventListener("online", tryNow);
  document.addEventListener("visibilitychange", () => {
    if (!document.hidden) tryNow();
    else if (isUnsaved) keepNow();
  });

  // --- To another tab of the message, which takes the place of what was typed ---

  document.addEventListener("htmx:confirm", (event) => {
    const link = event.target.closest("[data-loses-message]");
    if (!link || !isUnsaved) return;
    event.preventDefault();
    leavingFor = link.id;
    keepNow();
  });

  document.addEventListener("click", (event) => {
    const button = event.target.closest("[data-leaves-message]");
    if (!button || !isUnsaved) return;
    event.preventDefault();
    leavingFor = button.id;
    keepNow();
  });

  const leave = () => {
    const target = document.getElementById(leavingFor);
    leavingFor = "";
    if (!target || (isUnsaved && !window.confirm(document.getElementById("editor").dataset.unsaved))) return;
    // What the server has not is still in the browser, and offered when this text is opened again.
    mark(false);
    target.click();
  };

  document.addEventListener("htmx:afterRequest", (event) => {
    if (leavingFor && isKeeping(event)) leave();
  });

  // What was typed while the card was on its way stays, and is saved first; then it is asked for once more.
  let isStale = false;
  document.addEventListener("htmx:beforeSwap", ({ detail }) => {
    if (detail.target.id !== "message" || detail.requestConfig.verb !== "get" || !detail.shouldSwap || !isUnsaved) return;
    detail.shouldSwap = false;
    if (detail.requestConfig.elt.matches("[data-loses-message]")) leavingFor = detail.requestConfig.elt.id;
    else isStale = true;
    keepNow();
  });

  document.addEventListener("htmx:afterSwap", (event) => {
    if (event.detail.target.id !== "message") return;
    unanswered.clear();
    isStale = false;
    mark(false);
    offerCopy();
  });

  // A step on another channel may ask the message for a subject or a button.
  document.addEventListener("draft-changed", (event) => {
    if (!isUnsaved && !event.target.closest("#message")) htmx.trigger("#message", "stale");
  });

  document.addEventListener("click", (event) => {
    if (event.target.closest("[data-restores]")) restore();
    // The copy in this browser is offered when the page has come again.
    if (event.target.closest("[data-keeps-copy]") && remembered()) mark(false);
    if (event.target.closest("[data-forgets]")) {
      mark(false);
      forget();
      document.getElementById("message-unsent").hidden = true;
    }
  });

  window.addEventListener("beforeunload", (event) => {
    if (isUnsaved) event.preventDefault();
  });

  document.addEventListener("DOMContentLoaded", () => {
    // A form shown again with what is wrong in it is not saved yet.
    if (form().querySelector("[aria-invalid=true]")) mark(true);
    else offerCopy();
  });
})();
