// The keys of all pages. They are never in the way of a text field, of a modifier, or of an open dialog.
import { openPalette } from "./palette.js";

const PATIENCE_MS = 1200;
const own = new Map();
let waitsForPlace = 0;

// A page's own keys: a letter, and what it does.
export function bind(key, action) {
  own.set(key, action);
}

export function listen() {
  document.addEventListener("keydown", (event) => {
    if ((event.ctrlKey || event.metaKey) && event.key.toLowerCase() === "k") {
      event.preventDefault();
      openPalette();
      return;
    }
    if (event.ctrlKey || event.metaKey || event.altKey || event.isComposing) return;
    if (isTyping(event.target)) {
      if (event.key === "Escape") event.target.blur();
      return;
    }
    if (document.querySelector("dialog[open]")) return;
    if (act(event.key)) event.preventDefault();
  });
}

function isTyping(target) {
  return target.matches?.("input:not([type=checkbox]):not([type=radio]), textarea, select, [contenteditable]");
}

function act(key) {
  if (waitsForPlace && Date.now() - waitsForPlace < PATIENCE_MS) {
    waitsForPlace = 0;
    return go(key);
  }
  if (key === "g") {
    waitsForPlace = Date.now();
    return true;
  }
  if (key === "?") {
    document.getElementById("keys")?.showModal();
    return true;
  }
  if (key === "/") {
    const field = document.querySelector("main input[type=search]");
    if (field) field.focus();
    else openPalette();
    return true;
  }
  const action = own.get(key);
  return action ? action() !== false : false;
}

function go(letter) {
  const place = document.querySelector(`.places a[data-letter="${CSS.escape(letter)}"]`);
  place?.click();
  return Boolean(place);
}
