// A press is for what it began on. Where a part that comes late moves or redraws the page before the finger is up again, a
// browser would give the click to whatever lies there then, or to nothing.
(() => {
  const PRESSED = "a[href], button, summary";
  // Who moves on before letting go takes the press back.
  const STEADY_PX = 4;
  let press = null;

  document.addEventListener("pointerdown", (event) => {
    const on = event.isPrimary && event.button === 0 ? event.target.closest(PRESSED) : null;
    press = on && { on, x: event.clientX, y: event.clientY };
  }, true);

  const isSteady = ({ x, y }, { clientX, clientY }) => Math.hypot(clientX - x, clientY - y) <= STEADY_PX;
  // A part that came again has the button again: under the same name, or as the same link.
  const twin = (on) => {
    if (on.id) return document.getElementById(on.id);
    return on.matches("a") ? [...document.links].find((link) => link.getAttribute("href") === on.getAttribute("href")) : null;
  };

  const give = (on, event) => {
    const now = on.isConnected ? on : twin(on);
    if (now && !now.matches(":disabled")) now.dispatchEvent(new MouseEvent("click", event));
  };

  document.addEventListener("click", (event) => {
    const { on } = press ?? {};
    // Keys make clicks, too, and so do scripts.
    if (!on || !event.isTrusted || event.detail === 0) return;
    const isMeant = isSteady(press, event);
    press = null;
    if (!isMeant || on.contains(event.target)) return;
    event.preventDefault();
    event.stopImmediatePropagation();
    give(on, event);
  }, true);

  // Where what was pressed is gone, a mouse makes no click at all, or makes it right after this.
  document.addEventListener("pointerup", (event) => {
    const pressed = press;
    if (!pressed || pressed.on.isConnected || event.pointerType !== "mouse" || !isSteady(pressed, event)) return;
    setTimeout(() => {
      if (press !== pressed) return;
      press = null;
      give(pressed.on, event);
    });
  }, true);
})();
