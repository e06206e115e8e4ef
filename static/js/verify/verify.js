/* The door to verifying a package in the browser; as `python -m evidence.package.verify`, it gives one
   report, with the same checks, codes and sentences.

     trailkeeper.verify(file, {keys, policy}) -> Promise<report>

   Nothing leaves the browser. This file says in which order the checks are made and which needs which;
   what each demands is in the file of its name. */
"use strict";
(function (tk) {
  const NOTES = [
    "report.html, README.txt and bag-info.txt are for reading. The server wrote them, and only the " +
      "bag's own manifest covers them, not the log: where they and the records differ, the records " +
      "count.",
    "Attestations that were recorded after the last one in this package cannot be seen here. Ask for " +
      "a new package to see them.",
  ];
  const NO_POLICY =
    "No policy of witnesses was brought, so only the log's own key vouches that others are shown the " +
    "same log.";
  const ABSENT =
    "This package is not whole: files that were attested have been disposed of. The log holds their " +
    "digests, and who disposed of them, when and why; nobody can tell from it what was in them.";
  const OTHER_KEY =
    "The key in the package (proof/log.vkey) is not the one that was brought and that signed. It " +
    "proves nothing either way; ask the log's owner why.";
  const ROOT_FILES = 7;
  const AFTER_ZIP = [
    "bag", "statements", "evidence", "inclusion", "workflow", "checkpoint", "witnesses", "timestamp",
  ];

  /** Return the report on a package, as the plain values of its JSON.

     `keys` are the texts of the log's keys that are trusted, several after a rotation; `policy` is the
     text or the bytes of a C2SP tlog-policy, whose logs are trusted as well, or null. `signal` cancels;
     `progress(done, total)` is told bytes. Rejects with Bad where a key or the policy is malformed: then
     nothing has been verified; so does the package of a whole trail. Whatever is wrong with a package is
     in the report. */
  async function verify(file, { keys = [], policy = null, signal, progress } = {}) {
    const rules = policy === null ? null : tk.parsePolicy(bytesOf(policy));
    const trusted = [...keys.map(logKey), ...(rules?.logs ?? [])];
    const report = new tk.Report(file.name);
    const told = progress && ((done) => progress(done, file.size));
    const source = new tk.Source(file, { signal, progress: told });
    const contents = await open(source, report);
    if (contents) {
      report.attestations = contents.directories.size;
      report.files = contents.payload.length;
      report.bytes = contents.payload.reduce((sum, { size }) => sum + size, 0);
      await tk.checkBag(contents, report.checks.bag);
      await checkProofs(contents, report, trusted, rules);
    }
    report.notes.push(...NOTES);
    if (!rules) report.notes.push(NO_POLICY);
    return report.toJSON();
  }

  const bytesOf = (policy) => (typeof policy === "string" ? tk.utf8(policy) : policy);

  /** Return the key of a log from its text, else Bad. */
  function logKey(text) {
    const key = tk.parseKey(text.trim());
    if (key.algorithm !== tk.ED25519) {
      throw new tk.Bad(`${key.vkey} is the key of a witness; bring that of the log (type 1).`);
    }
    return key;
  }

  /* A whole trail may be larger than what a browser holds, so the command alone reads it. */
  function refuseTrails(members, root) {
    if (!members.slice(0, ROOT_FILES).some(({ name }) => name === `${root}/index.csv`)) return;
    throw new tk.Bad(
      "This is the package of a whole trail. Verify it by the command: trailkeeper verify PACKAGE.zip " +
        "--key KEY. Nothing was checked here, and nothing is wrong with it so far.",
    );
  }

  /* Check the zip; return its contents, or null where it is none of ours. */
  async function open(source, report) {
    const entries = [];
    let root;
    try {
      const members = await tk.readDirectory(source);
      root = tk.rootOf(members);
      refuseTrails(members, root);
      for await (const entry of tk.readMembers(source, members)) entries.push(entry);
    } catch (error) {
      if (!(error instanceof tk.BadZip)) throw error;
      report.checks.zip.fail(error.code, error.about, error.message);
      report.notRun(AFTER_ZIP, "zip");
      return null;
    }
    for (const { path, crcFits } of entries) {
      if (crcFits) continue;
      const reason = "The CRC-32 of this member is not the promised one.";
      report.checks.zip.fail("crc", path, reason);
    }
    return new tk.Contents(source, root, entries);
  }

  async function checkProofs(contents, report, keys, policy) {
    const { checks } = report;
    await tk.statements.check(contents, checks.statements);
    if (checks.statements.outcome === "skipped") {
      report.notRun(AFTER_ZIP.slice(2), "statements");
      return;
    }
    const opened = await tk.readCheckpoint(contents, checks.inclusion);
    if (checks.statements.outcome === "passed") {
      const opening = await tk.statements.parse(contents, "workflow", tk.WORKFLOW);
      report.workflow = tk.subjectOf(opening);
      const acts = await tk.checkEvidence(contents, checks.evidence);
      if (opened) await tk.checkInclusions(contents, opened, checks.inclusion);
      await tk.checkWorkflow(contents, opened?.checkpoint, checks.workflow);
      tellDisposals(acts, report);
    } else {
      report.notRun(["evidence", "inclusion", "workflow"], "statements");
    }
    if (!opened) {
      report.notRun(["checkpoint", "witnesses", "timestamp"], "inclusion");
      return;
    }
    const { checkpoint, signed } = opened;
    report.origin = checkpoint.origin;
    report.size = Number(checkpoint.size);
    report.root = tk.base64(checkpoint.root);
    const inPackage = await tk.keyInPackage(contents);
    const { origin } = checkpoint;
    const key = await tk.checkSignature(signed, origin, keys, inPackage, checks.checkpoint);
    if (key) {
      report.key = key.vkey;
      if (inPackage !== key.vkey) report.notes.push(OTHER_KEY);
    }
    report.cosigners = await tk.checkWitnesses(signed, policy, checks.witnesses);
    tk.skipTimestamp(contents, checks.timestamp);
  }

  /* Say what is absent because it was disposed of; what is not proven is not said. */
  function tellDisposals(acts, report) {
    const { evidence, inclusion, workflow } = report.checks;
    if ([evidence, inclusion, workflow].some(({ outcome }) => outcome !== "passed")) return;
    report.disposed = tk.toldActs(acts);
    if (acts.some(({ absent }) => absent)) report.notes.push(ABSENT);
  }

  Object.assign(tk, { verify, logKey });
})((globalThis.trailkeeper ??= {}));
