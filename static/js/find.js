/* Finds where a file was attested: hashes it here, in slices, and asks the search for its SHA-256.

   The bytes stay in the browser; the address that is opened holds the digest alone. */

const zone = document.getElementById("find-file");
const field = document.getElementById("file");
let running = null; // the AbortController of the file that is being read

async function look(file) {
  running?.abort();
  const { signal } = (running = new AbortController());
  const bar = document.getElementById("hashed");
  const said = document.getElementById("find-said");
  document.getElementById("hashing").hidden = false;
  said.textContent = "";
  const progress = (done) => { bar.value = file.size ? done / file.size : 1; };
  try {
    const source = new globalThis.trailkeeper.Source(file, { signal, progress });
    const { sha256 } = await source.digest(0, file.size);
    const to = new URL(document.querySelector("form[role=search]").action);
    to.search = new URLSearchParams({ q: sha256 });
    location.assign(to);
  } catch (error) {
    if (signal.aborted) return; // another file was given
    said.textContent = said.dataset.failed;
    document.getElementById("hashing").hidden = true;
  }
}

function over(event, isOver) {
  event.preventDefault();
  document.getElementById("drop").classList.toggle("drop-over", isOver);
}

if (zone && globalThis.trailkeeper?.Source) {
  zone.hidden = false;
  field.addEventListener("change", () => field.files[0] && look(field.files[0]));
  zone.addEventListener("dragover", (event) => over(event, true));
  zone.addEventListener("dragleave", (event) => over(event, false));
  zone.addEventListener("drop", (event) => {
    over(event, false);
    if (event.dataTransfer.files[0]) look(event.dataTransfer.files[0]);
  });
}
