"use strict";

// The parts marked data-live are fetched again every two seconds and exchanged when they differ.
// What somebody is typing in or has focused is left alone.
const EVERY = 2000;

async function refresh() {
  if (document.hidden) return;
  const answer = await fetch(location.href, { headers: { Accept: "text/html" } });
  if (!answer.ok) return;
  const fresh = new DOMParser().parseFromString(await answer.text(), "text/html");
  for (const part of document.querySelectorAll("[data-live]")) {
    const newer = fresh.getElementById(part.id);
    const isInUse = part.contains(document.activeElement) || part.querySelector("iframe");
    if (newer && !isInUse && newer.innerHTML !== part.innerHTML) part.innerHTML = newer.innerHTML;
  }
}

if (document.querySelector("[data-live]")) {
  setInterval(() => refresh().catch(() => undefined), EVERY);
}
