/* Checks `inclusion`, `checkpoint` and `witnesses`: what the log, its key and others vouch for.

   Who must be trusted for what: inclusion needs nobody, it is arithmetic; that the root is the log's own
   is the word of its key, which must come from elsewhere; that everybody is shown the same log is the
   word of its witnesses. A key that came with the package is worth nothing. */
"use strict";
(function (tk) {
  const NOTE_LIMIT = 1 << 20; // bytes
  const lenient = new TextDecoder("utf-8", { ignoreBOM: true });
  const CANNOT = [
    "no-ed25519",
    "",
    "This browser cannot check Ed25519 signatures here, so nobody vouches for this checkpoint. Use a " +
      "newer browser, open the page over HTTPS or from a saved copy, or use the command line.",
  ];

  /** Return the package's checkpoint and its note, whose signatures are not checked yet, or null. */
  async function readCheckpoint(contents, found) {
    const bytes = await contents.tag(tk.statements.CHECKPOINT, NOTE_LIMIT);
    if (!bytes) return null; // `statements` says that it is missing
    try {
      const signed = tk.parseNote(bytes);
      return { checkpoint: tk.parseCheckpoint(signed.text), signed, bytes };
    } catch (error) {
      if (!(error instanceof tk.Bad)) throw error;
      found.fail("checkpoint-form", tk.statements.CHECKPOINT, error.message);
      return null;
    }
  }

  /** Check that every statement is a leaf of its own under the checkpoint's root. */
  async function checkInclusions(contents, { checkpoint, bytes }, found) {
    const taken = new Map();
    for (const [name] of tk.statements.names(contents)) {
      const path = tk.statements.proofPath(name);
      const proof = await readProof(contents, path, found);
      if (!proof) continue;
      if (!tk.equal(proof.checkpoint, bytes)) {
        found.fail("other-checkpoint", path, "The proof holds another checkpoint.");
        continue;
      }
      const leaf = tk.leafHash(await tk.statements.body(contents, name));
      const { size, root } = checkpoint;
      try {
        tk.checkInclusion({ index: proof.index, size, leaf, path: proof.path, root });
      } catch (error) {
        if (!(error instanceof tk.Bad)) throw error;
        found.fail("not-included", tk.statements.statementPath(name), error.message);
        continue;
      }
      const other = taken.get(proof.index);
      if (other) {
        const reason = `Record ${proof.index} of the log is shown twice: also as ${other}.`;
        found.fail("index-twice", path, reason);
      }
      taken.set(proof.index, path);
    }
  }

  async function readProof(contents, path, found) {
    try {
      return tk.parseProof(await contents.tag(path, tk.PROOF_LIMIT));
    } catch (error) {
      if (!(error instanceof tk.Bad)) throw error;
      found.fail("proof-form", path, error.message);
      return null;
    }
  }

  /** Check that one of the trusted keys, named like the log, signed; return it, else null.

     A key of another name speaks for another log. `inPackage` is the key that came along, which is only
     shown. */
  async function checkSignature(signed, origin, keys, inPackage, found) {
    if (!keys.length) {
      found.skip(
        "no-key",
        inPackage,
        "No key was brought, so nobody vouches for the log's root. The key in the package proves " +
          "nothing: whoever forged the package wrote it. Get the log's key from its owner by another " +
          "way, and compare.",
      );
      return null;
    }
    const claimed = signed.signatures.flatMap((signature) =>
      keys
        .filter((key) => key.name === origin && tk.claims(signature, key))
        .map((key) => ({ key, signature })),
    );
    if (!claimed.length) {
      found.fail(
        "key-unknown",
        origin,
        "None of the keys that were brought signed this checkpoint for this log. The package says " +
          `that the key is ${inPackage || "none"}; that is no reason to trust it.`,
      );
      return null;
    }
    if (!(await tk.canCheckSignatures())) {
      found.skip(...CANNOT);
      return null;
    }
    for (const { key, signature } of claimed) {
      if (await tk.isValid(key, signed.text, signature)) continue;
      found.fail("signature-invalid", key.name, invalid(key));
      return null;
    }
    return claimed[0].key;
  }

  const invalid = (key) => `The signature of ${key.name} is not valid for this text.`;

  /** Check cosignatures against a policy; return the names of the witnesses that cosigned. */
  async function checkWitnesses(signed, policy, found) {
    if (!policy) {
      const reason = "No policy was brought that says which witnesses count.";
      found.skip("no-policy", "", reason);
      return [];
    }
    if (!(await tk.canCheckSignatures())) {
      found.skip(...CANNOT);
      return [];
    }
    const valid = new Set();
    for (const [name, key] of policy.witnesses) {
      for (const signature of signed.signatures.filter((one) => tk.claims(one, key))) {
        if (await tk.isValid(key, signed.text, signature)) valid.add(name);
        else found.fail("cosignature-invalid", name, invalid(key));
      }
    }
    const reason = tk.missing(policy, valid);
    if (reason) found.fail("quorum", policy.quorum, reason);
    if (valid.size === 0 && found.findings.length === 0) {
      found.skip("no-policy", "", "The policy takes no witness, and none that it knows cosigned.");
    }
    return [...valid];
  }

  /** Say why there is no timestamp to check: the browser has no roots to check one with. */
  function skipTimestamp(contents, found) {
    const path = tk.statements.TIMESTAMP;
    if (contents.tags.has(path)) {
      const reason =
        "The package holds a timestamp, and no roots were brought to check it with.";
      found.skip("no-tsa-roots", path, reason);
    } else {
      found.skip("no-timestamp", path, "The package holds no timestamp.");
    }
  }

  /** Return the text of the key that came with the package: to be shown, never to be trusted. */
  async function keyInPackage(contents) {
    const bytes = await contents.tag(tk.statements.KEY, 1000);
    return bytes ? lenient.decode(bytes.subarray(0, 1000)).trim() : "";
  }

  Object.assign(tk, {
    readCheckpoint, checkInclusions, checkSignature, checkWitnesses, skipTimestamp, keyInPackage,
  });
})((globalThis.trailkeeper ??= {}));
