/* Shows a report as a document: the verdict, the facts, a checklist with reasons, what is not proven.

   Threat. Names and values in a report come from whoever made the package. They are set as text, never
   as HTML, and characters that would make them read differently are shown as their code points. */
"use strict";
(function (tk) {
  const TITLES = {
    zip: "The zip is exactly what a server writes",
    bag: "No file is missing, altered or added",
    statements: "Every attestation has its statement and its proof",
    evidence: "The evidence is what was attested",
    inclusion: "Every statement is in the log",
    workflow: "All statements are about this workflow, without a gap",
    checkpoint: "The log’s checkpoint is signed by a key that you trust",
    witnesses: "Witnesses have seen the checkpoint",
    timestamp: "An authority has dated the checkpoint",
  };
  const OUTCOMES = {
    passed: ["Passed", "check", "compliant"],
    failed: ["Failed", "cross", "non-compliant"],
    skipped: ["Not checked", "dash", "not-asked"],
  };
  const VERDICTS = {
    verified: [
      "Verified", "check", "compliant",
      "The package is whole, its files are what was attested, and the log that says so is signed " +
        "by a key that you trust.",
    ],
    rejected: [
      "Rejected", "cross", "non-compliant",
      "Do not rely on this package. What failed, and why, is below.",
    ],
    unproven: [
      "Unproven", "clock", "incomplete",
      "Nothing is wrong with what could be checked, but it is not proven. What is missing is below.",
    ],
  };
  // As trails/web/visible.py: controls, marks of direction, what has no width, line ends, tags.
  const HIDDEN =
    /[\x00-\x1f\x7f-\x9f\xad\u061c\u180e\u200b\u200e\u200f\u2028-\u202e\u2060-\u206f\ufeff\ufff9-\ufffb\u{e0000}-\u{e007f}]/gu;
  const SHOWN = 2000; // characters of one text

  /** Return an element with a class, attributes and contents: texts and other elements. */
  function element(tag, attributes = {}, ...contents) {
    const made = document.createElement(tag);
    for (const [name, value] of Object.entries(attributes)) made.setAttribute(name, value);
    made.append(...contents);
    return made;
  }

  /** Return an icon of the page's sprite. */
  function icon(name) {
    const svg = document.createElementNS("http://www.w3.org/2000/svg", "svg");
    svg.setAttribute("class", "icon");
    svg.setAttribute("aria-hidden", "true");
    const use = document.createElementNS("http://www.w3.org/2000/svg", "use");
    use.setAttribute("href", `#icon-${name}`);
    svg.append(use);
    return svg;
  }

  /** Return a stranger's text with what is invisible in it spelled out, and its end cut off. */
  function reveal(text) {
    const cut = text.length > SHOWN ? `${text.slice(0, SHOWN)}…` : text;
    return cut.replace(HIDDEN, (character) => {
      const code = character.codePointAt(0).toString(16).toUpperCase().padStart(4, "0");
      return `⟨U+${code}⟩`;
    });
  }

  const state = ([word, symbol, tone]) =>
    element("span", { class: `state state-${tone}` }, icon(symbol), word);

  /** Put a report into a section, in the place of what is there. Return its heading. */
  function showReport(report, section) {
    const verdict = VERDICTS[report.verdict];
    const heading = element("h2", { id: "verdict", tabindex: "-1" }, state(verdict));
    const absent = report.disposed.reduce((sum, { files }) => sum + files, 0);
    const meaning = report.verdict === "verified" && absent
      ? `${plural(absent, "file")} that had been attested cannot be checked: disposed of, as said ` +
        "below. What is left is what was attested, and the log that says so is signed by a key that " +
        "you trust."
      : verdict[3];
    section.replaceChildren(
      element("div", { class: `verdict verdict-${report.verdict}` },
        heading, element("p", {}, meaning)),
      facts(report),
      part("What was checked",
        element("ol", { class: "checklist panel checks" }, ...report.checks.map(check))),
      part("What this does not prove",
        element("ul", { class: "reasons prose" },
          ...report.notes.map((note) => element("li", {}, element("span", {}, note))))),
      element("p", { class: "no-print" }, saving(report)),
    );
    return heading;
  }

  const bdi = (text) => element("bdi", {}, reveal(text));

  const part = (title, content) =>
    element("div", { class: "section" }, element("h3", {}, title), content);

  function facts(report) {
    const list = element("dl", { class: "facts" });
    const add = (term, ...contents) => {
      if (contents.some((content) => content === null)) return;
      list.append(element("dt", {}, term), element("dd", {}, ...contents));
    };
    const mono = (text) =>
      text === null ? null : element("bdi", { class: "mono" }, reveal(String(text)));
    add("Package", mono(report.package));
    add("Workflow", mono(report.workflow));
    // Of what could not be read it is not known how much there is; that is not the same as nothing.
    const isRead = report.checks.some((one) => one.check === "zip" && one.outcome === "passed");
    if (isRead) add("Holds", `${plural(report.attestations, "attestation")}, ` +
      `${plural(report.files, "file")} in data/, ${humanSize(report.bytes)}`);
    for (const { files, by, at, reason } of report.disposed) {
      add("Disposed of", `${plural(files, "file")}, by `, bdi(by), ` on ${at.slice(0, 10)}: `,
        bdi(reason));
    }
    add("Log", mono(report.origin));
    add("Tree", report.size === null ? null : `${plural(report.size, "record")}, root `,
      mono(report.root));
    add("Signed by your key", mono(report.key));
    if (report.cosigners.length) add("Witnessed by", mono(report.cosigners.join(", ")));
    return list;
  }

  function check({ check: id, outcome, findings }) {
    const reasons = findings.map((finding) => element("li", {}, because(finding)));
    return element("li", { class: `check-${outcome}`, "data-check": id },
      state(OUTCOMES[outcome]),
      element("div", {}, TITLES[id],
        ...(reasons.length ? [element("ul", { class: "reasons small" }, ...reasons)] : [])));
  }

  function because({ code, about, reason }) {
    if (code === "not-run") {
      return element("span", {}, `This needs “${TITLES[about]}”, which has not passed.`);
    }
    const place = about && code !== "more"
      ? [element("bdi", { class: "mono about" }, reveal(about)), " "]
      : [];
    return element("span", {}, ...place, element("bdi", {}, reveal(reason)));
  }

  function saving(report) {
    const json = `${JSON.stringify(report, null, 1)}\n`;
    return element("a", {
      href: `data:application/json;charset=utf-8,${encodeURIComponent(json)}`,
      download: `${report.package.replace(/\.zip$/i, "")}.report.json`,
    }, "Save this report as JSON");
  }

  const plural = (count, word) =>
    `${Number(count).toLocaleString("en")} ${word}${Number(count) === 1 ? "" : "s"}`;

  /** Return a number of bytes in the largest binary unit it fills, as all other pages say it. */
  function humanSize(bytes) {
    if (bytes < 1024) return plural(bytes, "byte");
    const units = ["KiB", "MiB", "GiB", "TiB", "PiB"];
    let [value, unit] = [bytes / 1024, 0];
    // What would be printed as 1024.0 belongs to the next unit.
    for (; value >= 1023.95 && unit < units.length - 1; unit += 1) value /= 1024;
    return `${value.toFixed(1)} ${units[unit]}`;
  }

  Object.assign(tk, { showReport, humanSize, reveal });
})((globalThis.trailkeeper ??= {}));
