// Rows of a list or a board: moving, selecting and opening them by key, and filters that send themselves.
import { bind } from "./keys.js";

const rows = () => [...document.querySelectorAll("[data-row]")];
const here = () => document.querySelector("[data-row].here");

export function prepareRows() {
  for (const form of document.querySelectorAll("[data-sends]")) {
    form.addEventListener("change", () => form.requestSubmit());
  }
  if (!rows().length) return;
  bind("j", () => step(1));
  bind("k", () => step(-1));
  bind("x", () => select());
  bind("o", () => open());
  bind("Enter", () => open());
  bind("a", () => focusOn("[name=assignee]"));
  bind("n", () => press("nudge"));
  bind("e", () => open());
}

function step(by) {
  const all = rows();
  const at = all.indexOf(here());
  all[at]?.classList.remove("here");
  const next = all[at < 0 ? 0 : Math.min(Math.max(at + by, 0), all.length - 1)];
  next.classList.add("here");
  next.scrollIntoView({ block: "nearest" });
}

function select() {
  const box = here()?.querySelector("input[type=checkbox]");
  if (!box) return false;
  box.checked = !box.checked;
  return true;
}

function open() {
  const link = here()?.querySelector("a.open");
  if (!link) return false;
  link.click();
  return true;
}

function chooseHere() {
  const box = here()?.querySelector("input[type=checkbox]");
  if (box && !document.querySelector("[data-row] input:checked")) box.checked = true;
}

function focusOn(selector) {
  const field = document.querySelector(selector);
  if (!field) return false;
  chooseHere();
  field.focus();
  return true;
}

function press(action) {
  const button = document.querySelector(`button[name=action][value=${action}]`);
  if (!button) return false;
  chooseHere();
  button.click();
  return true;
}
