/* The tree of RFC 6962: leaves, nodes, checkpoints, and proofs that a leaf is under a root.

   As `evidence/ledger/{merkle,proof,checkpoint,proof_file}.py`. Sizes and indexes are BigInt. */
"use strict";
(function (tk) {
  const HASH_SIZE = 32;
  const PATH_LIMIT = 63;
  const PROOF_LIMIT = 1 << 20; // bytes of a proof
  const FIRST_LINE = "c2sp.org/tlog-proof@v1";
  const LEAF = Uint8Array.of(0);
  const NODE = Uint8Array.of(1);

  const leafHash = (body) => tk.sha256(LEAF, body);
  const nodeHash = (left, right) => tk.sha256(NODE, left, right);

  function number(string) {
    const value = /^(0|[1-9][0-9]{0,18})$/.test(string) ? BigInt(string) : -1n;
    if (value < 0n || value >= 1n << 63n) {
      const shown = tk.quote(string.slice(0, 40));
      throw new tk.Bad(`${shown} is not a decimal number without leading zeros.`);
    }
    return value;
  }

  function hash(string) {
    const bytes = tk.fromBase64(string);
    if (bytes.length !== HASH_SIZE) {
      throw new tk.Bad(`A hash has ${HASH_SIZE} bytes, not ${bytes.length}.`);
    }
    return bytes;
  }

  /** Return the checkpoint of a note's text, `{origin, size, root}`, else Bad. */
  function parseCheckpoint(text) {
    const lines = text.split("\n");
    if (lines.length < 4 || lines.pop() || !lines.every(Boolean)) {
      throw new tk.Bad("A checkpoint has a line each for origin, size and root, none empty.");
    }
    return { origin: lines[0], size: number(lines[1]), root: hash(lines[2]) };
  }

  /** Return the proof of a `.tlog-proof` file, `{index, path, checkpoint}`, else Bad. */
  function parseProof(bytes) {
    if (bytes.length > PROOF_LIMIT) throw new tk.Bad(`A proof has at most ${PROOF_LIMIT} bytes.`);
    const blank = bytes.findIndex((byte, at) => byte === 10 && bytes[at + 1] === 10);
    if (blank < 0) throw new tk.Bad("A proof has an empty line before its checkpoint.");
    const head = bytes.subarray(0, blank);
    if (head.some((byte) => byte > 127)) throw new tk.Bad("The lines of a proof are ASCII.");
    const lines = tk.text(head).split("\n");
    if (lines.length < 2 || lines[0] !== FIRST_LINE || !lines[1].startsWith("index ")) {
      throw new tk.Bad(`A proof begins with '${FIRST_LINE}' and its index.`);
    }
    const index = number(lines[1].slice("index ".length));
    const hashes = lines.slice(2);
    if (hashes.length > PATH_LIMIT) {
      throw new tk.Bad(`A proof has at most ${PATH_LIMIT} hashes, not ${hashes.length}.`);
    }
    return { index, path: hashes.map(hash), checkpoint: bytes.subarray(blank + 2) };
  }

  /** Return if the path ties the leaf's hash to the root (RFC 9162 §2.1.3.2), else Bad. */
  function checkInclusion({ index, size, leaf, path, root }) {
    if (index >= size) throw new tk.Bad(`Index ${index} is not in a tree of ${size} leaves.`);
    let node = index;
    let last = size - 1n;
    let hash = leaf;
    for (const sibling of path) {
      if (last === 0n) {
        throw new tk.Bad("The inclusion proof has more hashes than the tree has levels.");
      }
      if (node & 1n || node === last) {
        hash = nodeHash(sibling, hash);
        while (!(node & 1n) && node) [node, last] = [node >> 1n, last >> 1n];
      } else {
        hash = nodeHash(hash, sibling);
      }
      [node, last] = [node >> 1n, last >> 1n];
    }
    if (last) throw new tk.Bad("The inclusion proof has fewer hashes than the tree has levels.");
    if (!tk.equal(hash, root)) {
      throw new tk.Bad(
        "The inclusion proof leads to another root: the leaf is not in this tree.",
      );
    }
  }

  Object.assign(tk, { leafHash, parseCheckpoint, parseProof, checkInclusion, PROOF_LIMIT });
})((globalThis.trailkeeper ??= {}));
