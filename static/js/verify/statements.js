/* Check `statements`: `proof/` holds a canonical statement and a proof for every directory of data/.

   So has every part of an act of disposal, which has no directory. What the statements say is compared with files, log and one another by the checks after this one. */
"use strict";
(function (tk) {
  const KEY = "proof/log.vkey";
  const CHECKPOINT = "proof/checkpoint";
  const TIMESTAMP = "proof/checkpoint.tsr";
  const statementPath = (name) => `proof/${name}.json`;
  const proofPath = (name) => `proof/${name}.tlog-proof`;

  /** Return the name of every statement, without suffix, and what kind of statement it must be. */
  function names(contents) {
    const attestations = [...contents.directories.keys()].map((name) => [name, tk.ATTESTATION]);
    const acts = disposed(contents).map((name) => [name, tk.ACTIVITY]);
    return [["workflow", tk.WORKFLOW], ...attestations, ...acts];
  }

  /** Return the name of every statement of a disposal: from 1 on, as many as are there. */
  function disposed(contents) {
    const found = [];
    for (let name = tk.disposalName(1); ; name = tk.disposalName(found.length + 1)) {
      if (!contents.tags.has(statementPath(name)) || contents.directories.has(name)) return found;
      found.push(name);
    }
  }

  /** Check that all files are there, none more, in order; then the form of each statement. */
  async function checkStatements(contents, found) {
    const present = [...contents.tags.keys()].filter((path) => path.startsWith("proof/"));
    if (!present.length) {
      found.skip(
        "no-proof",
        "proof/",
        "The package has no proofs, so nothing ties it to a log. Whoever has altered it could have " +
          "written it just so. Ask for a package with proofs.",
      );
      return;
    }
    const expected = [KEY, CHECKPOINT];
    if (contents.tags.has(TIMESTAMP)) expected.push(TIMESTAMP);
    for (const [name] of names(contents)) expected.push(statementPath(name), proofPath(name));
    checkPresence(present, expected, found);
    for (const [name, kind] of names(contents)) {
      if (!contents.tags.has(statementPath(name))) continue; // said above
      try {
        await parse(contents, name, kind);
      } catch (error) {
        if (!(error instanceof tk.Bad)) throw error;
        found.fail("statement-form", statementPath(name), error.message);
      }
    }
  }

  function checkPresence(present, expected, found) {
    const there = new Set(present);
    const wanted = new Set(expected);
    for (const path of expected) {
      if (there.has(path)) continue;
      if (path.endsWith(".json")) {
        const reason = "The record of a directory in data/ is missing.";
        found.fail("statement-missing", path, reason);
      } else {
        const reason = "Without this file a record is not tied to the log.";
        found.fail("proof-missing", path, reason);
      }
    }
    for (const path of present) {
      if (!wanted.has(path)) {
        found.fail("proof-extra", path, "This proves nothing that is in data/.");
      }
    }
    const odd = present.find((path, place) => path !== expected[place]);
    if (!found.failures && odd !== undefined) {
      found.fail("file-order", odd, "The proofs are in another order than the directories.");
    }
  }

  /** Return the bytes of a statement that is there. */
  function body(contents, name) {
    return contents.read(contents.tags.get(statementPath(name)), tk.BODY_LIMIT);
  }

  /** Return a statement that is there, read again: ten thousand of them do not fit into memory. */
  async function parse(contents, name, kind) {
    return tk.parsePredicate(await body(contents, name), kind);
  }

  tk.statements = {
    check: checkStatements, names, disposed, body, parse, statementPath, proofPath, KEY, CHECKPOINT,
    TIMESTAMP,
  };
})((globalThis.trailkeeper ??= {}));
