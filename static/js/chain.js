// The chain: steps are moved by dragging or by the arrow keys on their handle, and the focus stays with what was done.
// The server decides. It is asked from #chain-said, which no answer replaces, one move after the other.
(() => {
  const asker = () => document.getElementById("chain-said");

  // Not left to htmx's own queue: there a request waits for ever behind one whose button has left the page meanwhile.
  const waiting = [];
  const underWay = new Set();
  const askNext = () => {
    if (underWay.size || !waiting.length) return;
    const { address, values } = waiting.shift();
    htmx.ajax("POST", address, { source: asker(), values });
  };
  const ask = (address, values) => {
    waiting.push({ address, values });
    askNext();
  };
  document.addEventListener("htmx:beforeSend", ({ detail }) => {
    if (detail.elt.closest("#editor") && !detail.elt.closest("#outlook")) underWay.add(detail.xhr);
  });
  document.addEventListener("htmx:afterRequest", ({ detail }) => {
    underWay.delete(detail.xhr);
    setTimeout(askNext);
  });

  let putBack = null;

  const drag = (list) => {
    let before = [];
    const sortable = Sortable.create(list, {
      handle: ".step-handle",
      draggable: ".chain-step",
      dataIdAttr: "data-step",
      ghostClass: "is-dragged",
      animation: matchMedia("(prefers-reduced-motion: reduce)").matches ? 0 : 150,
      // The browser's own dragging knows no touch, and shows a picture of the card that cannot be styled.
      forceFallback: true,
      fallbackTolerance: 4,
      onStart: () => { before = sortable.toArray(); },
      onEnd: ({ item }) => {
        const step = sortable.toArray();
        if (step.join() === before.join()) return;
        putBack = () => sortable.sort(before);
        ask(list.dataset.arrange, { step, dragged: item.dataset.step });
      },
    });
  };

  htmx.onLoad((shown) => {
    const list = shown.id === "chain" || shown === document.body ? document.getElementById("chain-steps") : null;
    if (list && !Sortable.get(list)) drag(list);
  });

  for (const failure of ["htmx:responseError", "htmx:sendError", "htmx:timeout"]) {
    document.addEventListener(failure, (event) => {
      if (event.detail.elt === asker() && putBack) putBack();
    });
  }

  document.addEventListener("keydown", (event) => {
    const handle = event.target.closest(".step-handle");
    const address = handle && { ArrowUp: handle.dataset.up, ArrowDown: handle.dataset.down }[event.key];
    if (!address) return;
    event.preventDefault();
    ask(address, {});
  });

  // What was chosen in a step, and not saved yet, outlives the answer to another button, and another route's tab. Leaving
  // the page would lose it, as what was chosen in the other cards that have a button: that is asked first.
  const unsaved = new Map();
  let isComing = false;
  const inside = (cards) => [...document.querySelectorAll(`:is(${cards}) form :is(input:not([type=hidden]), select)[id]`)];
  const fields = () => inside("#chain");
  const isTicked = (field) => field.matches("[type=checkbox], [type=radio]");
  const value = (field) => (isTicked(field) ? field.checked : field.value);
  const route = () => document.querySelector("#chain [name=at_route]").value;
  const saved = (field) => {
    if (isTicked(field)) return field.defaultChecked;
    if (field.tagName !== "SELECT") return field.defaultValue;
    return ([...field.options].find((option) => option.defaultSelected) || field.options[0])?.value;
  };

  document.addEventListener("htmx:beforeSwap", ({ detail }) => {
    isComing = detail.target.id === "chain" && detail.shouldSwap;
    if (!isComing) return;
    const sent = detail.requestConfig.elt.closest("form");
    for (const field of fields()) {
      if (field.form !== sent && value(field) !== saved(field)) unsaved.set(field.id, { chosen: value(field), at: route() });
      else unsaved.delete(field.id);
    }
  });
  document.addEventListener("htmx:afterSwap", () => {
    if (!isComing) return;
    isComing = false;
    // A step or a route that was removed takes it along.
    const isThere = (id, at) => document.getElementById(at === route() ? id : `route-${at}`);
    for (const [id, { at }] of unsaved) if (!isThere(id, at)) unsaved.delete(id);
    for (const field of fields().filter(({ id }) => unsaved.has(id))) {
      field[isTicked(field) ? "checked" : "value"] = unsaved.get(field.id).chosen;
      const fold = field.closest("details");
      if (fold) fold.open = true;
    }
  });

  window.addEventListener("beforeunload", (event) => {
    const isLost = inside("#chain, #audience, #schedule, #limits").some((field) => value(field) !== saved(field));
    if (isLost || unsaved.size) event.preventDefault();
  });

  // The button that was pressed may be gone. Whoever works by keyboard goes on at what it has changed.
  document.addEventListener("htmx:afterSettle", () => {
    const fresh = document.querySelector("#chain [data-fresh]");
    if (!fresh) return;
    fresh.removeAttribute("data-fresh");
    if (document.activeElement === document.body) fresh.focus();
  });
})();
