// The key that was pressed, as a Latin keyboard has it: where others have Cyrillic, Greek or Hebrew letters, "л" is on K.
// A browser that fills in a form presses keys without a name: "".
const pressedKey = ({ key = "", code = "", shiftKey = false }) => {
  const isForeign = key.length === 1 && key > "~" && /^Key[A-Z]$/.test(code);
  if (!isForeign) return key;
  return shiftKey ? code.at(-1) : code.at(-1).toLowerCase();
};
