/* Sends the files of an attestation as soon as they are chosen. What has arrived is held by the
   server and named in the form by its id. Without this script the files come with the form. */
import { headers, newToken, send, sizeOf, takeDrops } from "./upload.js";

const form = document.getElementById("attest");
const list = document.getElementById("uploads");
const said = list?.dataset;
const queue = []; // what has not arrived: { row, file, failed, id: given when it has }
let current = null; // what is on its way: { item, abort }
let waitingButton = null; // what was pressed before all files had arrived
const token = () => form.elements.csrfmiddlewaretoken;
const button = (row, act) => row.querySelector(`[data-act=${act}]`);
const announce = (text) => (document.getElementById("upload-status").textContent = text);

function tell(item, text, isError = false) {
  const place = item.row.querySelector(".said");
  place.textContent = text;
  place.classList.toggle("bad", isError);
}

function add(file) {
  const row = document.getElementById("upload").content.firstElementChild.cloneNode(true);
  const item = { row, file, failed: false };
  row.querySelector("bdi").textContent = file.name;
  row.querySelector(".size").textContent = sizeOf(file.size);
  for (const told of row.querySelectorAll(".visually-hidden")) told.textContent = ` ${file.name}`;
  button(row, "retry").addEventListener("click", () => retry(item));
  button(row, "remove").addEventListener("click", () => (item.id ? drop(row) : cancel(item)));
  list.append(row);
  queue.push(item);
  tell(item, said.waiting);
  if (file.size > Number(said.limit)) fail(item, said.large);
}

function fail(item, text) {
  item.failed = true;
  tell(item, text, true);
  item.row.querySelector("progress").hidden = true;
  button(item.row, "retry").hidden = text === said.large;
  announce(`${item.file.name}: ${text}`);
}

async function retry(item) {
  tell(item, said.waiting);
  button(item.row, "retry").hidden = true;
  button(item.row, "remove").focus();
  const fresh = await newToken(form).catch(() => null); // offline: the sending itself then tells
  if (fresh) token().value = fresh;
  item.failed = false;
  next();
}

function cancel(item) {
  queue.splice(queue.indexOf(item), 1);
  if (current?.item === item) current.abort();
  takeAway(item.row, item.file.name);
}

/** Forget a file that has arrived, here and on the server. */
async function drop(row) {
  const name = row.querySelector("bdi").textContent;
  const id = row.querySelector("[name=held]").value;
  const url = `${form.dataset.files}?drop=${id}`;
  const options = { method: "POST", headers: headers(token().value) };
  const answer = await fetch(url, options).catch(() => null);
  if (answer?.ok) takeAway(row, name);
  else announce(`${name}: ${answer ? said.signedOut : said.lost}`);
}

function takeAway(row, name) {
  const neighbour = row.nextElementSibling ?? row.previousElementSibling;
  row.remove();
  (neighbour?.querySelector("[data-act=remove]") ?? form.elements.files).focus();
  announce(said.removed.replace("{name}", name));
}

/** Send the next file that waits; when none is left, send the form if that was asked for. */
async function next() {
  if (current) return;
  const item = queue.find((candidate) => !candidate.failed);
  if (item) {
    await deliver(item);
    next();
  } else if (waitingButton) {
    const pressed = waitingButton;
    waitingButton = null;
    if (queue.length) announce(said.broken);
    else form.requestSubmit(pressed);
  }
}

function reason({ status, body }) {
  if (status === 0) return said.lost;
  return [401, 403, 404].includes(status) ? said.signedOut : (body?.detail ?? said.failed);
}

async function deliver(item) {
  const bar = item.row.querySelector("progress");
  bar.hidden = false;
  const progress = (sent, all) => {
    bar.value = all ? sent / all : 1;
    tell(item, said.sending.replace("{done}", sizeOf(sent)).replace("{size}", sizeOf(all)));
  };
  const sent = send(item.file, { url: form.dataset.files, token: token().value, progress });
  current = { item, abort: sent.abort };
  const answer = await sent.done;
  current = null;
  if (answer?.status === 201) arrived(item, answer.body);
  else if (answer) fail(item, reason(answer));
}

function arrived(item, kept) {
  queue.splice(queue.indexOf(item), 1);
  const box = item.row.querySelector("[name=held]");
  box.value = kept.id;
  box.disabled = false;
  item.row.querySelector("bdi").textContent = kept.name;
  item.row.querySelector("progress").hidden = true;
  item.id = kept.id; // from now on, to remove it is to drop it
  tell(item, said.kept);
  announce(said.arrived.replace("{name}", kept.name));
}

function take(files) {
  form.elements.files.value = ""; // they go by themselves, and not a second time with the form
  files.forEach(add);
  next();
}

function begin() {
  const choose = () => take([...form.elements.files.files]);
  form.elements.files.addEventListener("change", choose);
  choose(); // what was chosen before this script was here
  takeDrops(document.getElementById("drop"), take);
  list.addEventListener("click", (event) => {
    if (!event.target.closest("button[name=drop]")) return;
    event.preventDefault();
    drop(event.target.closest("li"));
  });
  form.addEventListener("submit", (event) => {
    if (!queue.length) return;
    event.preventDefault();
    waitingButton = event.submitter;
    announce(said.pending);
    next();
  });
}

if (form) begin();
