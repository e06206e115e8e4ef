/* Print buttons: `<button type="button" class="print" hidden>`, hidden where this script is not. */

for (const button of document.querySelectorAll(".print[hidden]")) {
  button.hidden = false;
  button.addEventListener("click", () => window.print());
}
