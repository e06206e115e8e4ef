/* The files of a package that is being verified, by their path below its root.

   Small files are read a second time, after every byte has been hashed. So each is hashed again as it
   is read: what is judged is what was hashed (`evidence/package/contents.py`). */
"use strict";
(function (tk) {
  const BUFFER = 1 << 20;
  const AHEAD = 1 << 18; // small files often lie side by side, and often do not

  /** The file on the disk changed while it was verified. */
  class Changed extends Error {
    constructor(path) {
      super(
        `${tk.quote(path)} changed while it was verified. Verify a copy that nobody else can ` +
          "write to.",
      );
    }
  }

  /** What is in a package: every entry in order, and the ways to find one.

     `tags` are the entries outside of `data/` by their path. `directories` are those of `data/`, in
     order, with their files in order; `payload` are all files below `data/`. */
  class Contents {
    constructor(source, root, entries) {
      this._source = source;
      this.root = root;
      this.entries = entries;
      this.tags = new Map();
      this.directories = new Map();
      this.payload = [];
      for (const entry of entries) this._sort(entry);
    }

    _sort(entry) {
      const { path } = entry;
      const [first, name, ...rest] = path.split("/");
      if (first !== "data" || name === undefined) {
        this.tags.set(path, entry);
        return;
      }
      if (rest.length) {
        if (!this.directories.has(name)) this.directories.set(name, []);
        if (rest.join("/")) this.directories.get(name).push(entry);
      }
      if (!path.endsWith("/")) this.payload.push(entry);
    }

    /** Return the bytes of a file, or `limit` and one more where it is longer. */
    async read(entry, limit) {
      if (entry.size > limit) return this._source.read(entry.start, limit + 1, AHEAD);
      const bytes = (await this._source.read(entry.start, entry.size, AHEAD)).slice();
      if (tk.hex(tk.sha256(bytes)) !== entry.sha256) throw new Changed(entry.path);
      return bytes;
    }

    /** Return the bytes of a file outside of `data/`, or null if there is none. */
    async tag(path, limit) {
      const entry = this.tags.get(path);
      return entry ? this.read(entry, limit) : null;
    }

    /** Yield the lines of a file with their ends; longer ones come in pieces of `limit`. */
    async *lines(entry, limit) {
      const hash = new tk.Sha256();
      let rest = new Uint8Array(0);
      for (let at = 0; at < entry.size; ) {
        const piece = await this._source.read(entry.start + at, Math.min(entry.size - at, BUFFER));
        if (!piece.length) throw new Changed(entry.path);
        hash.update(piece);
        at += piece.length;
        rest = tk.join(rest, piece);
        let begin = 0;
        for (let end; (end = rest.indexOf(10, begin)) >= 0; begin = end + 1) {
          yield rest.subarray(begin, end + 1);
        }
        for (; rest.length - begin > limit; begin += limit) {
          yield rest.subarray(begin, begin + limit);
        }
        rest = rest.slice(begin);
      }
      if (rest.length) yield rest;
      if (tk.hex(hash.digest()) !== entry.sha256) throw new Changed(entry.path);
    }
  }

  Object.assign(tk, { Contents, Changed });
})((globalThis.trailkeeper ??= {}));
