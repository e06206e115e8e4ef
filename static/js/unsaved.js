/* Asks before a page is left on which something was typed and not sent. */

for (const form of document.querySelectorAll("form[data-unsaved]")) {
  const typed = () =>
    JSON.stringify([...new FormData(form)].map(([name, value]) => [name, value.name ?? value]));
  let before = null;
  let isSending = false;

  // After the other scripts of the page have put the form in order.
  queueMicrotask(() => (before = form.dataset.unsaved === "typed" ? "" : typed()));
  addEventListener("submit", (event) => (isSending = !event.defaultPrevented));
  addEventListener("pageshow", () => (isSending = false));
  addEventListener("beforeunload", (event) => {
    if (!isSending && before !== null && typed() !== before) event.preventDefault();
  });
}
