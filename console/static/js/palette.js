// Ctrl-K: pages and numbers by what is typed; without a match, Enter searches the cases.
const shown = (entries) => entries.filter((entry) => !entry.parentElement.hidden);

export function openPalette() {
  const palette = document.getElementById("palette");
  if (!palette || palette.open) return;
  palette.showModal();
  const field = palette.querySelector("input");
  field.value = "";
  narrow(palette, "");
  field.focus();
}

export function preparePalette() {
  const palette = document.getElementById("palette");
  if (!palette) return;
  for (const opener of document.querySelectorAll("[data-opens='palette']")) {
    opener.hidden = false;
    opener.addEventListener("click", openPalette);
  }
  const field = palette.querySelector("input");
  field.addEventListener("input", () => narrow(palette, field.value));
  field.addEventListener("keydown", (event) => {
    if (event.key === "ArrowDown" || event.key === "ArrowUp") {
      event.preventDefault();
      step(palette, event.key === "ArrowDown" ? 1 : -1);
    } else if (event.key === "Enter") {
      const chosen = palette.querySelector("a.here");
      if (chosen) {
        event.preventDefault();
        chosen.click();
      }
    }
  });
}

function narrow(palette, typed) {
  const wanted = typed.trim().toLowerCase();
  for (const entry of palette.querySelectorAll("li a")) {
    entry.classList.remove("here");
    entry.parentElement.hidden = !entry.textContent.toLowerCase().includes(wanted);
  }
}

function step(palette, by) {
  const entries = shown([...palette.querySelectorAll("li a")]);
  const at = entries.findIndex((entry) => entry.classList.contains("here"));
  entries[at]?.classList.remove("here");
  const next = entries[Math.min(Math.max(at + by, 0), entries.length - 1)];
  next?.classList.add("here");
  next?.scrollIntoView({ block: "nearest" });
}
