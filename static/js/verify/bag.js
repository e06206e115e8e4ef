/* Check `bag`: the package is a BagIt 1.0 bag, in the form in which the server writes one (RFC 8493).

   Everything here can be written again by whoever alters a file: a bag finds damage, not deceit. */
"use strict";
(function (tk) {
  const DECLARATION = "BagIt-Version: 1.0\nTag-File-Character-Encoding: UTF-8\n";
  const MANIFEST = "manifest-sha256.txt";
  const TAG_MANIFEST = "tagmanifest-sha256.txt";
  const FIRST = [
    "bagit.txt", "bag-info.txt", MANIFEST, TAG_MANIFEST, "README.txt", "report.html",
  ];
  const INFO_LIMIT = 1 << 20; // bytes
  const LINE_LIMIT = 70_000; // bytes: a digest, and the longest name that a zip can hold
  const INFO_LINE = /^[A-Za-z][A-Za-z0-9-]*: [^\r\n]*\n$/;
  // Every end of a line that Python's splitlines knows.
  const LINES = /[^\n\r\v\f\x1c-\x1e\x85\u2028\u2029]*(?:\r\n|[\n\r\v\f\x1c-\x1e\x85\u2028\u2029]|$)/g;
  const lenient = new TextDecoder("utf-8", { ignoreBOM: true });

  /** Check the declaration, the counts, the order of the files, and both manifests. */
  async function checkBag(contents, found) {
    for (const path of FIRST) {
      if (!contents.tags.has(path)) {
        found.fail("file-missing", path, `Every package has a file ${path}; this one has not.`);
      }
    }
    const declaration = await contents.tag("bagit.txt", DECLARATION.length);
    if (declaration && tk.text(declaration) !== DECLARATION) {
      found.fail("bag-declaration", "bagit.txt", "The file does not declare BagIt 1.0 in UTF-8.");
    }
    await checkInfo(contents, found);
    checkOrder(contents, found);
    const tags = [...contents.tags.values()].filter(
      ({ path }) => path !== TAG_MANIFEST && !path.endsWith("/"),
    );
    await checkManifest(contents, MANIFEST, contents.payload, found);
    await checkManifest(contents, TAG_MANIFEST, tags, found);
  }

  async function checkInfo(contents, found) {
    const bytes = await contents.tag("bag-info.txt", INFO_LIMIT);
    if (!bytes) return;
    const sum = contents.payload.reduce((total, { size }) => total + size, 0);
    const right = `Payload-Oxum: ${sum}.${contents.payload.length}`;
    const lines = (tk.text(bytes) ?? "").match(LINES).filter(Boolean);
    const counts = lines.filter((line) => /^payload-oxum:/i.test(line));
    if (counts.length !== 1 || counts[0] !== `${right}\n` || lines.at(-1) !== counts[0]) {
      found.fail(
        "bag-info",
        "bag-info.txt",
        `The file must end with one count of what is in data/: '${right}'.`,
      );
    } else if (bytes.length > INFO_LIMIT || !lines.every((line) => INFO_LINE.test(line))) {
      found.fail("bag-info", "bag-info.txt", "A line of the file is not a label with its value.");
    }
  }

  /* Check that the files come as the writer lays them out, and that none is of another kind. */
  function checkOrder(contents, found) {
    let last = 0;
    let current = null;
    for (const { path } of contents.entries) {
      const place = placeOf(path);
      const directory = directoryOf(path);
      if (place === null) {
        found.fail("file-order", path, "No file of a package is at this path.");
      } else if (place < last) {
        found.fail("file-order", path, "This file stands behind what it comes before.");
      } else if (path.endsWith("/")) {
        [last, current] = [place, directory];
      } else if (directory !== current) {
        found.fail("file-order", path, "This file does not stand in its directory.");
      } else {
        last = place;
      }
    }
    if (last < FIRST.length + 1) {
      found.fail("file-order", "data/", "The directory of the evidence is missing.");
    }
  }

  /* Return the part of a package that a path belongs to, by its number, or null for no part. */
  function placeOf(path) {
    const [first, ...rest] = path.split("/");
    if (FIRST.includes(path)) return FIRST.indexOf(path);
    if (first === "proof" && rest.length === 1 && rest[0]) return FIRST.length;
    if (path === "data/") return FIRST.length + 1;
    return first === "data" && rest.length === 2 ? FIRST.length + 2 : null;
  }

  /* Return the directory of an attestation that a path names or is in. */
  function directoryOf(path) {
    const parts = path.split("/");
    return parts[0] === "data" && parts.length === 3 ? parts[1] : null;
  }

  /* Check that a manifest lists exactly the expected files in their order, and their digests. */
  async function checkManifest(contents, manifest, expected, found) {
    const entry = contents.tags.get(manifest);
    if (!entry) return;
    const unlisted = new Map(expected.map((file) => [file.path, file]));
    const listed = new Set();
    let last = -1;
    for await (const line of contents.lines(entry, LINE_LIMIT)) {
      const match = /^([0-9a-f]{64}) {2}([^\r\n]+)\n$/.exec(lenient.decode(line));
      const path = match?.[2];
      const file = unlisted.get(path);
      if (!match || listed.has(path)) {
        const text = lenient.decode(line.subarray(0, 300)).replace(/\n+$/, "");
        const reason = `A line of ${manifest} is malformed, or there twice.`;
        found.fail("manifest-form", text, reason);
      } else if (!file) {
        found.fail("file-missing", path, `${manifest} lists this file, and it is not there.`);
      } else {
        unlisted.delete(path);
        listed.add(path);
        if (file.sha256 !== match[1]) {
          const reason = `The SHA-256 of this file is ${file.sha256}, not what ${manifest} says.`;
          found.fail("file-altered", path, reason);
        }
        if (file.start < last) {
          found.fail("file-order", path, `${manifest} lists this file at another place.`);
        }
        last = Math.max(last, file.start);
      }
    }
    for (const path of unlisted.keys()) {
      found.fail("file-unlisted", path, `This file is there, and ${manifest} does not list it.`);
    }
  }

  Object.assign(tk, { checkBag });
})((globalThis.trailkeeper ??= {}));
