// What one click does to the words of the message: a variable put in at the cursor, words for those without a value,
// plain characters in place of those that make an SMS dearer. Without it the server replaces these.
(() => {
  const FIELDS = "#message-form textarea, #message-form input[type=text], #message-form input[type=url]";
  let lastField = "";

  const text = () => document.querySelector("#message-form textarea");
  const typed = (field) => field.dispatchEvent(new Event("input", { bubbles: true }));

  const insert = (name) => {
    const field = document.getElementById(lastField) || text();
    field.setRangeText(`{{ ${name} }}`, field.selectionStart, field.selectionEnd, "end");
    field.focus();
    typed(field);
  };

  // The words are selected, so that typing replaces them.
  const giveDefault = (name) => {
    const bare = new RegExp(`\\{\\{\\s*${name}\\s*\\}\\}`, "u");
    const field = [...document.querySelectorAll(FIELDS)].find((each) => bare.test(each.value));
    if (!field) return;
    // A name that nothing has is told at its field; it may get words all the same.
    const words = document.getElementById(`variable-${name}`)?.dataset.default || "";
    const place = bare.exec(field.value);
    const opening = `{{ ${name} | `;
    field.setRangeText(`${opening}${words} }}`, place.index, place.index + place[0].length, "end");
    field.focus();
    field.setSelectionRange(place.index + opening.length, place.index + opening.length + words.length);
    typed(field);
  };

  const makePlain = (button) => {
    const costly = button.value === "all" ? document.querySelectorAll("#measure [data-plain]") : [button];
    const field = text();
    for (const one of costly) field.value = field.value.replaceAll(one.value, one.dataset.plain);
    field.focus();
    typed(field);
  };

  document.addEventListener("focusin", (event) => {
    if (event.target.matches(FIELDS)) lastField = event.target.id;
  });

  document.addEventListener("click", (event) => {
    const button = event.target.closest("[data-inserts], [data-defaults], button[name=cheapen]");
    if (!button) return;
    event.preventDefault();
    if (button.dataset.inserts) insert(button.dataset.inserts);
    else if (button.dataset.defaults) giveDefault(button.dataset.defaults);
    else makePlain(button);
  });
})();
