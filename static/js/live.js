/* Live refresh: lets htmx ask for news only when it disturbs nobody.

   `#live` asks its own page; the answer swaps rows in place and says what is new. While the page is
   hidden, while the focus is in a `data-live` region or some text is selected, nothing is asked. */

/** Tell whether somebody is at work in what news would change. */
function busy() {
  if (document.hidden || document.activeElement?.closest("[data-live]")) return true;
  return !(getSelection()?.isCollapsed ?? true);
}

document.addEventListener("htmx:beforeRequest", (event) => {
  if (event.target.id === "live" && busy()) event.preventDefault();
});

// Asked before somebody began to read, answered after: what they read stays as it is.
document.addEventListener("htmx:beforeSwap", (event) => {
  if (event.target.id === "live" && busy()) event.detail.shouldSwap = false;
});

// Signed out meanwhile, or the trail became private: asking again would not help.
document.addEventListener("htmx:responseError", (event) => {
  if (event.target.id === "live" && event.detail.xhr.status < 500) event.target.remove();
});
