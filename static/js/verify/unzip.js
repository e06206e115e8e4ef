/* Reads a package's zip, and accepts nothing but what the server writes (`evidence/package/unzip.py`).

   Threat. Two readers of one zip can see two different packages: through a second directory, a local
   header that differs from the central one, a prefix, a gap, a comment, a name in two spellings. So
   this is no tolerant reader. It takes names, sizes and CRC-32 from the directory, makes the frame that
   belongs to them as the writer would, and demands that every byte around the contents is the same.
   Numbers in a hostile file are believed only once they fit the file's true size. */
"use strict";
(function (tk) {
  const DIRECTORY_LIMIT = 256 << 20; // bytes
  const MEMBERS_LIMIT = 500_000;
  const NAME_LIMIT = 1000; // bytes: three components, none above 255. To fold a name takes its square
  const [CENTRAL_SIZE, END_SIZE, END64_SIZE, LOCATOR_SIZE] = [46, 22, 56, 20];
  const [LOCAL, CENTRAL, END, END64] = [0x04034b50, 0x02014b50, 0x06054b50, 0x06064b50];
  const UNSAFE = /[<>:"|?*%\\\p{Cc}\p{Cf}\p{Cs}\p{Zl}\p{Zp}]/u;
  const DIRECTORY = "the central directory";

  const view = (bytes) => new DataView(bytes.buffer, bytes.byteOffset, bytes.length);
  const startsWith = (bytes, signature) =>
    bytes.length >= 4 && view(bytes).getUint32(0, true) === signature;

  /** The file is not a zip that we write. */
  class BadZip extends Error {
    constructor(code, about, reason) {
      super(reason);
      Object.assign(this, { code, about });
    }
  }

  const differs = (about, what) =>
    new BadZip(
      "zip-layout",
      about,
      `The zip is not laid out as Trailkeeper writes it: ${what}. Download the package again; if ` +
        "it stays so, somebody has packed it anew.",
    );

  /** Return the members, `{name, size, crc}`, and where the directory is. BadZip otherwise. */
  async function readDirectory(source) {
    const place = await findDirectory(source);
    const members = [];
    const taken = new Set();
    let at = place.start;
    let total = 0;
    for (let index = 0; index < place.count; index++) {
      const [member, size] = await readEntry(source, at, place.stop);
      checkName(member.name);
      const folded = tk.fold(member.name.replace(/\/+$/, ""));
      if (taken.has(folded)) {
        throw new BadZip(
          "name-twice",
          member.name,
          "Two members have names that some system takes for one, so two people who unpack this " +
            "can see two different files.",
        );
      }
      taken.add(folded);
      members.push(member);
      total += tk.localHeader(member).length + member.size;
      at += size;
    }
    if (at !== place.stop) throw differs(DIRECTORY, "it holds more than its entries");
    let start = 0;
    const directory = total;
    for (const member of members) {
      total += tk.centralHeader(member, start).length;
      start += tk.localHeader(member).length + member.size;
    }
    total += tk.endRecords(members.length, directory, total - directory).length;
    if (total !== source.size) {
      throw differs(
        "the whole file",
        `these members make ${total} bytes, and the file has ${source.size}: something is cut off, ` +
          "put in, or packed in another way",
      );
    }
    return members;
  }

  /** Return the one directory in which all members are, else BadZip. */
  function rootOf(members) {
    if (!members.length) throw differs(DIRECTORY, "it is empty");
    const root = members[0].name.split("/")[0];
    for (const { name } of members) {
      if (!name.startsWith(`${root}/`) || name === `${root}/`) {
        throw new BadZip(
          "name-unsafe",
          name,
          `This member is not inside of the package's one directory, ${root}.`,
        );
      }
    }
    return root;
  }

  /** Yield every member in order, in one pass: `{path, start, size, sha256, crcFits}`.

     BadZip as soon as a byte around the contents is not the writer's; so only who has come to the end
     knows that the frame is right. */
  async function* readMembers(source, members) {
    const skip = rootOf(members).length + 1;
    let at = 0;
    const offsets = [];
    for (const member of members) {
      offsets.push(at);
      const start = await expect(source, at, tk.localHeader(member), member.name);
      const { sha256, crc } = await source.digest(start, member.size);
      const crcFits = crc === member.crc;
      yield { path: member.name.slice(skip), start, size: member.size, sha256, crcFits };
      at = start + member.size;
    }
    const directory = at;
    for (const [index, member] of members.entries()) {
      at = await expect(source, at, tk.centralHeader(member, offsets[index]), DIRECTORY);
    }
    const end = tk.endRecords(members.length, directory, at - directory);
    await expect(source, at, end, DIRECTORY);
  }

  /* Return how many entries there are, and where the directory begins and ends. */
  async function findDirectory(source) {
    const whole = source.size;
    const first = await source.read(0, 4);
    const isZip = startsWith(first, LOCAL);
    let stop = whole - END_SIZE;
    const end = stop < 0 ? new Uint8Array(0) : await source.read(stop, END_SIZE);
    if (!startsWith(end, END)) {
      if (!isZip) throw new BadZip("not-a-zip", "the whole file", "This is not a zip file.");
      throw differs(
        "the end", "the zip does not end where the file does: cut off, or with something behind",
      );
    }
    let count = BigInt(view(end).getUint16(10, true));
    let length = BigInt(view(end).getUint32(12, true));
    let start = BigInt(view(end).getUint32(16, true));
    if (count === BigInt(tk.MAX16) || [length, start].includes(BigInt(tk.MAX32))) {
      stop -= LOCATOR_SIZE + END64_SIZE;
      const end64 = stop < 0 ? new Uint8Array(0) : await source.read(stop, END64_SIZE);
      if (!startsWith(end64, END64)) {
        throw differs("the end", "the large numbers of ZIP64 are missing");
      }
      [count, length, start] = [32, 40, 48].map((at) => view(end64).getBigUint64(at, true));
    }
    if (start + length !== BigInt(stop)) {
      throw differs("the end", "the directory is not right before it");
    }
    if (length > BigInt(DIRECTORY_LIMIT) || count > BigInt(MEMBERS_LIMIT)) {
      throw new BadZip(
        "zip-layout",
        "the end",
        `The zip has ${count} members and a directory of ${length} bytes; this verifier reads at ` +
          `most ${MEMBERS_LIMIT} members and ${DIRECTORY_LIMIT} bytes.`,
      );
    }
    return { count: Number(count), start: Number(start), stop };
  }

  /* Return the member of the entry of the directory at a place, and the entry's size. */
  async function readEntry(source, at, stop) {
    if (at + CENTRAL_SIZE > stop) throw differs(DIRECTORY, "it has fewer entries than it counts");
    const fixed = view(await source.read(at, CENTRAL_SIZE));
    const [nameSize, extraSize, commentSize] = [28, 30, 32].map((p) => fixed.getUint16(p, true));
    if (fixed.getUint32(0, true) !== CENTRAL || commentSize) {
      throw differs(DIRECTORY, "one of its entries is none, or has a comment");
    }
    if (nameSize > NAME_LIMIT) {
      throw differs(DIRECTORY, `a name in it has ${nameSize} bytes, and ours ${NAME_LIMIT} at most`);
    }
    const crc = fixed.getUint32(16, true);
    let size = fixed.getUint32(24, true);
    const rest = await source.read(at + CENTRAL_SIZE, nameSize + extraSize);
    const name = tk.text(rest.subarray(0, nameSize));
    if (name === null) {
      const raw = tk.quoteBytes(rest.subarray(0, nameSize));
      throw new BadZip("name-unsafe", raw, "The name of a member is not UTF-8.");
    }
    if (size === tk.MAX32 && rest.length >= nameSize + 12) {
      // A size beyond 2^53 loses digits here; it fits no file either way.
      size = Number(view(rest).getBigUint64(nameSize + 4, true));
    }
    if (size && name.endsWith("/")) throw differs(name, "it is a directory that has bytes");
    return [{ name, size, crc }, CENTRAL_SIZE + nameSize + extraSize];
  }

  /* Return if unpacking the member writes below one directory, and shows the name as it is. */
  function checkName(name) {
    const parts = name.replace(/\/$/, "").split("/");
    if (parts.some((part) => ["", ".", ".."].includes(part) || UNSAFE.test(part))) {
      throw new BadZip(
        "name-unsafe",
        name,
        "A member's name is absolute, climbs out of its directory, or holds a character that is " +
          "invisible or that some system gives a meaning. We write no such name.",
      );
    }
  }

  /* Return where the wanted bytes end, if they are what the file has at a place, else BadZip. */
  async function expect(source, at, wanted, about) {
    const found = await source.read(at, wanted.length);
    if (!tk.equal(found, wanted)) {
      const same = wanted.findIndex((byte, index) => byte !== found[index]);
      throw differs(about, `byte ${at + same} is not what we write for these members`);
    }
    return at + wanted.length;
  }

  Object.assign(tk, { BadZip, readDirectory, rootOf, readMembers });
})((globalThis.trailkeeper ??= {}));
