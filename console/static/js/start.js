// What every page's script does: tell the reader's zone, keys, palette. A page works without it for reading.
import { listen } from "./keys.js";
import { preparePalette } from "./palette.js";
import { prepareRows } from "./rows.js";

const YEAR_SECONDS = 365 * 24 * 3600;

// Dates are written by the server, in the zone that the browser tells it from the second page on.
function tellZone() {
  const zone = Intl.DateTimeFormat().resolvedOptions().timeZone;
  if (zone && zone !== document.documentElement.dataset.zone) {
    document.cookie = `casework-zone=${zone}; path=/; max-age=${YEAR_SECONDS}; samesite=lax`;
  }
}

function closeMenusOutside(event) {
  for (const menu of document.querySelectorAll("details.menu[open]")) {
    if (!menu.contains(event.target)) menu.open = false;
  }
}

tellZone();
document.addEventListener("click", closeMenusOutside);
preparePalette();
prepareRows();
listen();
