/* The form of the page: takes a package, keys and a policy, runs the verifier, and shows its report.

   It remembers nothing and asks the network for nothing. */
"use strict";
(function (tk) {
  const at = (id) => document.getElementById(id);
  let running = null; // the AbortController of the verification that is under way

  /** Return the keys of the field. Bad says which line is none. */
  function keysBrought() {
    const lines = at("keys").value.split("\n").map((line) => line.trim());
    return lines.filter(Boolean).map((line) => {
      tk.logKey(line);
      return line;
    });
  }

  /** Return what a field gives, or null after saying beside it what is wrong with it. */
  async function taken(field, read) {
    const errors = at(`${field}-error`);
    errors.replaceChildren();
    at(field).removeAttribute("aria-invalid");
    try {
      return { value: await read() };
    } catch (error) {
      if (!(error instanceof tk.Bad)) throw error;
      const line = document.createElement("li");
      line.textContent = tk.reveal(error.message);
      errors.replaceChildren(line);
      at(field).setAttribute("aria-invalid", "true");
      at(field).closest("details")?.setAttribute("open", "");
      at(field).focus();
      return null;
    }
  }

  async function policyBrought() {
    const [file] = at("policy").files;
    if (!file) return null;
    if (file.size > 1 << 20) throw new tk.Bad("A policy has at most 1048576 bytes.");
    const bytes = new Uint8Array(await file.arrayBuffer());
    tk.parsePolicy(bytes);
    return bytes;
  }

  function show(isRunning) {
    at("progress").hidden = !isRunning;
    at("cancel").hidden = !isRunning;
    at("verify").disabled = isRunning;
  }

  function progress(done, total) {
    at("bar").value = total ? done / total : 0;
    at("progress-text").textContent =
      `Reading: ${tk.humanSize(done)} of ${tk.humanSize(total)}`;
  }

  async function run() {
    running?.abort();
    const controller = (running = new AbortController());
    const [file] = at("package").files;
    at("result").hidden = true;
    at("status").textContent = "";
    if (!file) {
      at("status").textContent = "Choose a package first.";
      at("package").focus();
      return;
    }
    const keys = await taken("keys", keysBrought);
    const policy = keys && (await taken("policy", policyBrought));
    if (!policy || running !== controller) return;
    show(true);
    progress(0, file.size);
    at("status").textContent = "Verifying…";
    try {
      const report = await tk.verify(file, {
        keys: keys.value,
        policy: policy.value,
        signal: controller.signal,
        progress,
      });
      if (isNoZip(report)) {
        say(`Rejected: ${tk.reveal(file.name)} is not a zip, so it is no evidence package. ` +
          "Choose the file that “Download evidence package” gave you.");
        return;
      }
      at("result").hidden = false;
      const heading = tk.showReport(report, at("result"));
      at("status").textContent = `${heading.textContent}: ${file.name}`;
      heading.focus();
    } catch (error) {
      if (running !== controller) return; // another file was chosen meanwhile
      if (controller.signal.aborted) {
        say("Cancelled. Nothing was decided about this package.");
        return;
      }
      // A browser lets go of a file that changes on the disk; whoever chooses it again is heard.
      at("package").value = "";
      if (error instanceof tk.Bad) {
        say(error.message);
        return;
      }
      say(`Nothing was decided: the file cannot be read to its end. ${error.message}`);
      if (!(error instanceof DOMException || error instanceof tk.Changed)) throw error;
    } finally {
      if (running === controller) {
        running = null;
        show(false);
      }
    }
  }

  /* Of what is not even a zip, one sentence says all that eight unmade checks would. */
  const isNoZip = ({ checks }) =>
    checks.some(({ findings }) => findings.some(({ code }) => code === "not-a-zip"));

  function say(sentence) {
    const line = document.createElement("p");
    line.id = "verdict";
    line.textContent = sentence;
    at("result").replaceChildren(line);
    at("result").hidden = false;
    at("status").textContent = sentence;
  }

  function chosen() {
    const [file] = at("package").files;
    at("package-name").textContent = file
      ? `${tk.reveal(file.name)}, ${tk.humanSize(file.size)}`
      : "A zip of any size";
    if (file) run();
  }

  /* Dropping gives the file to the field, so that there is one way in. */
  function takeDrops(zone) {
    const over = (isOver) => zone.classList.toggle("drop-over", isOver);
    zone.addEventListener("dragover", (event) => {
      event.preventDefault();
      over(true);
    });
    zone.addEventListener("dragleave", () => over(false));
    zone.addEventListener("drop", (event) => {
      event.preventDefault();
      over(false);
      const [file] = event.dataTransfer.files;
      if (!file) return;
      const one = new DataTransfer();
      one.items.add(file);
      at("package").files = one.files;
      chosen();
    });
  }

  function begin() {
    const form = at("verifier");
    // A plus in an address reads as a space, of which a key has none.
    const given = new URLSearchParams(location.search).getAll("key")
      .map((key) => key.trim().replaceAll(" ", "+"));
    if (given.length) {
      at("keys").value = given.join("\n");
      at("key-note").hidden = false;
      at("keys").addEventListener("input", () => (at("key-note").hidden = true), { once: true });
    }
    at("package").addEventListener("change", chosen);
    form.addEventListener("submit", (event) => {
      event.preventDefault();
      run();
    });
    at("cancel").addEventListener("click", () => running?.abort());
    takeDrops(at("drop"));
    form.hidden = false;
  }

  if (document.readyState === "loading") document.addEventListener("DOMContentLoaded", begin);
  else begin();
})((globalThis.trailkeeper ??= {}));
