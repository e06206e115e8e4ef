/* A transcript: copy its clean text, which the server makes, and fold all output at once.

   Both buttons are hidden without this script. What was done is said in `#announcements`. */

const announcements = document.getElementById("announcements");

for (const button of document.querySelectorAll("[data-clean]")) {
  button.hidden = !navigator.clipboard; // browsers have none without TLS; the download stays
  button.addEventListener("click", async () => {
    try {
      const answer = await fetch(button.dataset.clean);
      if (!answer.ok) throw new Error(`The server answered ${answer.status}.`);
      await navigator.clipboard.writeText(await answer.text());
      announcements.textContent = announcements.dataset.copied;
    } catch {
      // Nothing was copied, and the download beside the button gives the same text.
      announcements.textContent = announcements.dataset.notCopied;
    }
  });
}

for (const button of document.querySelectorAll("[data-fold]")) {
  button.hidden = false;
  button.addEventListener("click", () => {
    const folds = [...document.querySelectorAll("details.output")];
    const open = !folds.some((fold) => fold.open);
    for (const fold of folds) fold.open = open;
    const words = button.textContent;
    button.textContent = button.dataset.other;
    button.dataset.other = words;
  });
}

// A link to a line may lead into output that is folded.
function reveal() {
  const line = document.getElementById(location.hash.slice(1));
  line?.closest("details")?.setAttribute("open", "");
}
addEventListener("hashchange", reveal);
reveal();
