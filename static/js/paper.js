/* Printing: says when it was done in `<time data-printed>`, and opens every fold for the while. */

let opened = [];

addEventListener("beforeprint", () => {
  const now = new Date().toISOString();
  for (const place of document.querySelectorAll("time[data-printed]")) {
    place.dateTime = now;
    place.textContent = `${now.slice(0, 19).replace("T", " ")} UTC`;
  }
  opened = [...document.querySelectorAll("details:not([open])")];
  for (const fold of opened) fold.open = true;
});

addEventListener("afterprint", () => {
  for (const fold of opened) fold.open = false;
});
