/* Reads a file of any size from front to back in the memory of a few slices.

   Small reads come out of a window that moves along, because asking the browser for each of ten
   thousand small files takes longer than hashing them. Every read may wait, so the page stays alive. */
"use strict";
(function (tk) {
  const WINDOW = 4 << 20;
  const SLICE = 4 << 20;
  const NATIVE_FROM = 64 << 10; // below, the call into the browser costs more than the hash
  const NATIVE_UP_TO = 64 << 20; // above, not all bytes at once

  class Source {
    /** Read from a File or Blob. `signal` stops, `progress` is called with the bytes digested so far. */
    constructor(file, { signal, progress } = {}) {
      this.size = file.size;
      this._file = file;
      this._signal = signal;
      this._progress = progress ?? (() => {});
      this._start = 0;
      this._bytes = new Uint8Array(0);
      this._digested = 0;
    }

    /** Return the bytes [start, start + length), fewer where the file ends, and keep those ahead. */
    async read(start, length, ahead = WINDOW) {
      this._signal?.throwIfAborted();
      const stop = Math.min(start + length, this.size);
      if (start < this._start || stop > this._start + this._bytes.length) {
        const end = Math.max(stop, Math.min(start + ahead, this.size));
        this._bytes = new Uint8Array(await this._file.slice(start, end).arrayBuffer());
        this._start = start;
      }
      return this._bytes.subarray(start - this._start, stop - this._start);
    }

    /** Return the SHA-256, in hex, and the CRC-32 of [start, start + size), in one pass. */
    async digest(start, size) {
      const native = globalThis.crypto?.subtle;
      if (size < NATIVE_FROM || size > NATIVE_UP_TO || !native) {
        const hash = new tk.Sha256();
        let crc = 0;
        await this._slices(start, size, (bytes) => {
          hash.update(bytes);
          crc = tk.crc32(bytes, crc);
        });
        return { sha256: tk.hex(hash.digest()), crc };
      }
      const whole = new Uint8Array(size);
      let crc = 0;
      let held = 0;
      await this._slices(start, size, (bytes) => {
        whole.set(bytes, held);
        held += bytes.length;
        crc = tk.crc32(bytes, crc);
      });
      const sha256 = tk.hex(new Uint8Array(await native.digest("SHA-256", whole)));
      return { sha256, crc };
    }

    async _slices(start, size, take) {
      // The next slice is on its way while this one is hashed.
      const slice = (at) => this.read(start + at, Math.min(SLICE, size - at));
      let next = size ? slice(0) : null;
      for (let done = 0; next; ) {
        const bytes = await next;
        done += bytes.length;
        if (!bytes.length) throw new Error("The file became shorter while it was read.");
        next = done < size ? slice(done) : null;
        take(bytes);
        this._digested += bytes.length;
        this._progress(this._digested);
      }
    }
  }

  Object.assign(tk, { Source });
})((globalThis.trailkeeper ??= {}));
