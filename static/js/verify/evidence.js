/* Check `evidence`: each directory of `data/` holds exactly the files that its statement names.

   The SHA-256 in a statement is what was attested; where it differs from the file's, the file is not
   the evidence, whatever the bag's manifest says.

   A file may be absent if an act of disposal names it, the act that answers for its attestation
   (`evidence/package/checks/evidence.py`). The list of evidence is never disposed of. */
"use strict";
(function (tk) {
  const LIST_LIMIT = 16 << 20; // bytes of a list of evidence, which has to be read whole
  const LIST_MEDIA_TYPE = "application/vnd.trailkeeper.evidence-list+json";
  const LIST = "evidence-list.json";
  const USER_DATA = "user-data.json";
  const EXTERNAL = "external.txt";
  const RESERVED = [USER_DATA, EXTERNAL, LIST];

  /** Check every attestation's directory against its statement, which must be well formed.

     Return the acts of disposal, each with the number of files that are absent because of it. */
  async function checkEvidence(contents, found) {
    const acts = await readActs(contents, found);
    for (const name of contents.directories.keys()) {
      const { predicate } = await tk.statements.parse(contents, name, tk.ATTESTATION);
      const act = tk.answering(acts, predicate.number);
      await checkDirectory(contents, name, predicate, act, found);
    }
    for (const { place, after, upTo, unmatched } of acts) {
      if (!unmatched.size) continue;
      found.fail(
        "disposal-extra",
        tk.statements.statementPath(tk.disposalName(place)),
        "Digests that the disposal names and no file of the attestations " +
          `${after + 1} to ${upTo} has: ${unmatched.size}.`,
      );
    }
    return acts;
  }

  async function readActs(contents, found) {
    try {
      return await tk.acts(contents);
    } catch (error) {
      if (!(error instanceof tk.Bad)) throw error;
      found.fail("disposal-parts", "proof/", error.message);
      return [];
    }
  }

  async function checkDirectory(contents, directory, predicate, act, found) {
    const path = `data/${directory}/`;
    const entries = new Map(
      contents.directories.get(directory).map((entry) => [entry.path.slice(path.length), entry]),
    );
    let descriptors = predicate.evidence;
    let listing = null;
    if (descriptors.length === 1 && descriptors[0].mediaType === LIST_MEDIA_TYPE) {
      listing = wantedBy(descriptors[0]);
      const entry = entries.get(LIST);
      // Without its list, nobody can tell what belongs to the attestation.
      if (!checkFile(path + LIST, entry, listing, found)) return;
      try {
        descriptors = listed(await contents.read(entry, LIST_LIMIT));
      } catch (error) {
        if (!(error instanceof tk.Bad)) throw error;
        found.fail("list-form", entry.path, error.message);
        return;
      }
    }
    const wanted = new Map(descriptors.map((one) => [one.name, wantedBy(one)]));
    if (wanted.size < descriptors.length || RESERVED.some((name) => wanted.has(name))) {
      const reason = "The evidence lists a name twice, or one that a package needs.";
      found.fail("list-form", path, reason);
      return;
    }
    if (act) tk.excuse(wanted, entries, act);
    addDocuments(wanted, predicate, listing);
    let isWhole = true;
    for (const [name, file] of wanted) {
      isWhole = checkFile(path + name, entries.get(name), file, found) && isWhole;
    }
    for (const [name, entry] of entries) {
      if (wanted.has(name)) continue;
      isWhole = false;
      found.fail("evidence-extra", entry.path, "Nobody attested this file.");
    }
    if (isWhole && [...entries.keys()].join("\n") !== [...wanted.keys()].join("\n")) {
      found.fail("file-order", path, "The files are in another order than they were attested.");
    }
  }

  /* Add what a package holds beside the files that were attested: free data, links, the list. */
  function addDocuments(wanted, predicate, listing) {
    if (predicate.user_data) {
      wanted.set(USER_DATA, { sha256: predicate.user_data.digest.sha256, size: null });
    }
    if (predicate.external.length) {
      const bytes = tk.utf8(externalText(predicate.external));
      wanted.set(EXTERNAL, { sha256: tk.hex(tk.sha256(bytes)), size: String(bytes.length) });
    }
    if (listing) wanted.set(LIST, listing);
  }

  const wantedBy = ({ digest, annotations }) => ({
    sha256: digest.sha256, size: annotations.size,
  });

  /* Return `external.txt` as the server writes it (`evidence.package.proofs.external_text`). */
  function externalText(external) {
    return external
      .map(({ uri, name, digest }) => `${uri}  ${name}  sha256:${digest?.sha256 ?? "-"}\n`)
      .join("");
  }

  function checkFile(path, entry, wanted, found) {
    if (!entry) {
      found.fail("evidence-missing", path, "This file was attested, and it is not there.");
      return false;
    }
    // Both are decimals without leading zeros; free data has no size in the statement.
    const fits = wanted.size === null || wanted.size === String(entry.size);
    if (entry.sha256 !== wanted.sha256 || !fits) {
      found.fail(
        "evidence-altered",
        path,
        `This is not the file that was attested: its SHA-256 is ${entry.sha256} where the record ` +
          `says ${wanted.sha256}.`,
      );
      return false;
    }
    return true;
  }

  /* Return the descriptors of a list of evidence in its canonical bytes, else Bad. */
  function listed(bytes) {
    if (bytes.length > LIST_LIMIT) {
      throw new tk.Bad(`A list of evidence with more than ${LIST_LIMIT} bytes is not read.`);
    }
    const parsed = tk.parseJson(bytes);
    if (!parsed) throw new tk.Bad("The list of evidence is not JSON that we write.");
    const { value, isCanonical } = parsed;
    if (!isCanonical || !Array.isArray(value) || !value.every(tk.isDescriptor)) {
      throw new tk.Bad("The list of evidence is not a canonical list of descriptors of files.");
    }
    return value;
  }

  Object.assign(tk, { checkEvidence });
})((globalThis.trailkeeper ??= {}));
