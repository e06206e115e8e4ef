/* Rows of a form, such as the steps of a trail: adds, removes and moves them without submitting.

   The focus stays with the row, and what happened is announced. Without this script each row has a
   number to write, and a row more is a submit. */

for (const root of document.querySelectorAll("[data-rows]")) {
  const list = root.querySelector("[data-list]");
  const rows = () => [...list.querySelectorAll("[data-row]")];
  const nameOf = (row) => row.querySelector("[data-name]");

  function say(text, name, number) {
    root.querySelector("[role=status]").textContent =
      text.replace("{name}", name).replace("{n}", number);
  }

  /** Write every row's place where it is submitted and where it is read out. */
  function number() {
    for (const [index, row] of rows().entries()) {
      const order = row.querySelector("[data-order]");
      if (order) order.value = index + 1;
      for (const labelled of row.querySelectorAll("[data-label]"))
        labelled.setAttribute("aria-label", labelled.dataset.label.replace("{n}", index + 1));
    }
  }

  /** Show what the script can do, in a row or in the whole, and hide what is for doing without. */
  function take(part) {
    for (const tool of part.querySelectorAll("[data-scripted]")) tool.hidden = false;
    for (const plain of part.querySelectorAll("[data-plain], [data-order]")) plain.hidden = true;
  }

  function add() {
    const row = root.querySelector("template").content.firstElementChild.cloneNode(true);
    nameOf(row).removeAttribute("id"); // of which there is to be one alone
    take(row);
    list.append(row);
    number();
    nameOf(row).focus();
    say(root.dataset.added, "", rows().length);
  }

  function remove(row) {
    const all = rows();
    const next = all[all.indexOf(row) + 1] ?? all[all.indexOf(row) - 1];
    const name = nameOf(row).value;
    row.remove();
    number();
    const near = next?.querySelector("[data-act=remove]");
    // The last link alone has nothing to remove it by.
    (near?.checkVisibility() ? near : root.querySelector("[data-act=add]")).focus();
    say(root.dataset.removed, name, "");
    // What was typed has changed, though nobody typed.
    list.dispatchEvent(new Event("change", { bubbles: true }));
  }

  function move(row, by) {
    const all = rows();
    const other = all[all.indexOf(row) + by];
    const focused = document.activeElement;
    if (other) by < 0 ? other.before(row) : other.after(row);
    number();
    focused.focus(); // which a row that is moved loses
    say(root.dataset.moved, nameOf(row).value, rows().indexOf(row) + 1);
  }

  root.addEventListener("click", (event) => {
    const button = event.target.closest("[data-act]");
    if (!button) return;
    event.preventDefault();
    const row = button.closest("[data-row]");
    if (button.dataset.act === "add") add();
    else if (button.dataset.act === "remove") remove(row);
    else move(row, button.dataset.act === "up" ? -1 : 1);
  });
  root.addEventListener("keydown", (event) => {
    const by = { ArrowUp: -1, ArrowDown: 1 }[event.key];
    // In a list of choices these keys open it.
    if (!by || !event.altKey || !root.dataset.moved || !event.target.matches("input")) return;
    event.preventDefault();
    move(event.target.closest("[data-row]"), by);
  });

  take(root);
  number();
}
