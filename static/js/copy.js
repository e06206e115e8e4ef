/* Copy buttons: `<button type="button" class="copy" data-copy="text, or #id" hidden>`.

   They are hidden without this script, which shows them, also those that arrive later. What was done
   is said in the page's `#announcements`, in its own words: `data-copied`, `data-not-copied`. */

const announcements = document.getElementById("announcements");
const SHOWN_FOR = 2000; // milliseconds

/** Return what a button copies: its words, or the text of the element that it names. */
function wanted({ dataset: { copy } }) {
  const named = copy.startsWith("#") ? document.getElementById(copy.slice(1)) : null;
  return named ? (named.value ?? named.textContent).trim() : copy;
}

/** Put a text on the clipboard. Without TLS browsers have none, but still copy what is selected. */
async function write(text) {
  if (navigator.clipboard) return navigator.clipboard.writeText(text);
  const field = document.createElement("textarea");
  field.value = text;
  field.className = "visually-hidden";
  const before = document.activeElement;
  document.body.append(field);
  field.select();
  const done = document.execCommand("copy");
  field.remove();
  before?.focus();
  if (!done) throw new Error("The browser does not copy.");
}

function say(button, words, mark) {
  button.dataset.state = mark;
  announcements.textContent = "";
  // A region that says the same again is silent, so it is emptied for a moment.
  setTimeout(() => { announcements.textContent = words; }, 50);
  setTimeout(() => { delete button.dataset.state; }, SHOWN_FOR);
}

function show() {
  for (const button of document.querySelectorAll(".copy[hidden]")) button.hidden = false;
}

if (announcements) {
  show();
  document.addEventListener("htmx:afterSettle", show);
  document.addEventListener("click", async ({ target }) => {
    const button = target.closest?.(".copy");
    if (!button) return;
    try {
      await write(wanted(button));
      say(button, announcements.dataset.copied, "done");
    } catch {
      // Nothing was copied, and the person can still select the text by hand.
      say(button, announcements.dataset.notCopied, "failed");
    }
  });
}
