/* Takes files that are dropped, and sends one and tells how far it is. What becomes of it: attest.js. */

const number = new Intl.NumberFormat(document.documentElement.lang, { maximumFractionDigits: 1 });
const UNITS = ["bytes", "KiB", "MiB", "GiB", "TiB"];

/** Return a number of bytes in the largest binary unit it fills. */
export function sizeOf(bytes) {
  const unit = Math.min(UNITS.length - 1, Math.floor(Math.log2(Math.max(bytes, 1)) / 10));
  return `${number.format(bytes / 1024 ** unit)} ${UNITS[unit]}`;
}

/** Return the token of the page's form as it is now: signing in again has changed it. */
export async function newToken(form) {
  const page = await fetch(location.href, { headers: { Accept: "text/html" } });
  const fresh = new DOMParser().parseFromString(await page.text(), "text/html");
  return fresh.querySelector(`#${form.id} [name=csrfmiddlewaretoken]`)?.value;
}

/** Send a request of the form's script, with its token. */
export function headers(token) {
  return { "X-CSRFToken": token, Accept: "application/json" };
}

/** Send a file as the field `files`; `progress` is called with the bytes sent and all bytes.

    Gives `abort` and `done`, a promise of `{ status, body }`: 0 where the connection was lost, and
    null where it was aborted. (fetch does not tell how far an upload is.) */
export function send(file, { url, token, progress }) {
  const xhr = new XMLHttpRequest();
  const done = new Promise((resolve) => {
    xhr.upload.addEventListener("progress", (event) => progress(event.loaded, event.total));
    xhr.addEventListener("load", () => resolve({ status: xhr.status, body: xhr.response }));
    xhr.addEventListener("error", () => resolve({ status: 0, body: null }));
    xhr.addEventListener("abort", () => resolve(null));
  });
  const body = new FormData();
  body.append("files", file);
  xhr.open("POST", url);
  for (const [name, value] of Object.entries(headers(token))) xhr.setRequestHeader(name, value);
  xhr.responseType = "json";
  xhr.send(body);
  return { abort: () => xhr.abort(), done };
}

/** Give files that are dropped onto a zone to `take`, as an array. */
export function takeDrops(zone, take) {
  const over = (isOver) => zone.classList.toggle("drop-over", isOver);
  zone.addEventListener("dragover", (event) => {
    event.preventDefault();
    over(true);
  });
  zone.addEventListener("dragleave", () => over(false));
  zone.addEventListener("drop", (event) => {
    event.preventDefault();
    over(false);
    take([...event.dataTransfer.files]);
  });
}
