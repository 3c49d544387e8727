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

  document.addEventListener("pointercancel", () => { press = null; }, true);

  const isSteady = ({ x, y }, { clientX, clientY }) => Math.hypot(clientX - x, clientY - y) <= STEADY_PX;
  const leadsTo = (link) => link.getAttribute("href");
  const action = (button) => button.form?.getAttribute("action");
  const isSame = (one, other) => one.isEqualNode(other) && action(one) === action(other);
  // A part that came again has the link again, or the button: the same in all, and only one of them in the page.
  const twin = (on) => {
    if (on.matches("a")) return [...document.links].find((link) => leadsTo(link) === leadsTo(on));
    const same = [...document.querySelectorAll(on.tagName)].filter((each) => isSame(each, on));
    return same.length === 1 ? same[0] : null;
  };
  // Not what was hidden meanwhile, nor what lies under a question that came up.
  const canBePressed = (on) => {
    const modal = document.querySelector("dialog:modal");
    return on.checkVisibility() && !on.matches(":disabled") && (!modal || modal.contains(on));
  };
  const give = (on, event) => {
    const now = on.isConnected ? on : twin(on);
    if (now && canBePressed(now)) now.dispatchEvent(new MouseEvent("click", event));
  };

  document.addEventListener("click", (event) => {
    const { on } = press ?? {};
    // Keys make clicks, too, and so do scripts.
    if (!on || !event.isTrusted || event.detail === 0) return;
    const isMeant = isSteady(press, event);
    press = null;
    if (!isMeant || on.contains(event.target)) return;
    // It was drawn anew, and lies where it lay.
    const under = event.target.closest(PRESSED);
    if (!on.isConnected && under && isSame(under, on)) return;
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
