/* What the server writes around the contents of a zip's members, as `evidence/package/zip.py`.

   PKWARE's APPNOTE 6.3 has the fields: local header 4.3.7, central directory 4.3.12, end records 4.3.14
   to 4.3.16. */
"use strict";
(function (tk) {
  const MAX16 = 0xffff;
  const MAX32 = 0xffffffff;

  /* Fields in their order, each as its size in bytes and its value. */
  function pack(...fields) {
    const view = new DataView(new ArrayBuffer(fields.reduce((sum, [size]) => sum + size, 0)));
    let at = 0;
    for (const [size, value] of fields) {
      if (size === 2) view.setUint16(at, value, true);
      else if (size === 4) view.setUint32(at, value, true);
      else view.setBigUint64(at, BigInt(value), true);
      at += size;
    }
    return new Uint8Array(view.buffer);
  }

  const MADE_BY = (3 << 8) | 45;
  const DATE = (1 << 5) | 1;
  const flags = (name) => (name.every((byte) => byte < 128) ? 0 : 1 << 11);
  const isDirectory = (name) => name[name.length - 1] === 47;

  /** Return the local header of a member as the writer writes it. */
  function localHeader({ name, size, crc }) {
    const raw = tk.utf8(name);
    const large = size >= MAX32;
    const said = Math.min(size, MAX32);
    const extra = large ? pack([2, 1], [2, 16], [8, size], [8, size]) : new Uint8Array(0);
    return tk.join(
      pack(
        [4, 0x04034b50], [2, large ? 45 : 20], [2, flags(raw)], [2, 0], [2, 0], [2, DATE],
        [4, crc], [4, said], [4, said], [2, raw.length], [2, extra.length],
      ),
      raw,
      extra,
    );
  }

  /** Return the entry of a member in the central directory; `offset` is where its header begins. */
  function centralHeader({ name, size, crc }, offset) {
    const raw = tk.utf8(name);
    const wide = [...(size >= MAX32 ? [size, size] : []), ...(offset >= MAX32 ? [offset] : [])];
    const extra = wide.length
      ? pack([2, 1], [2, 8 * wide.length], ...wide.map((value) => [8, value]))
      : new Uint8Array(0);
    const mode = isDirectory(raw) ? 0o040755 * 65536 + 0x10 : 0o100644 * 65536;
    const said = Math.min(size, MAX32);
    return tk.join(
      pack(
        [4, 0x02014b50], [2, MADE_BY], [2, wide.length ? 45 : 20], [2, flags(raw)], [2, 0], [2, 0],
        [2, DATE], [4, crc], [4, said], [4, said], [2, raw.length], [2, extra.length], [2, 0],
        [2, 0], [2, 0], [4, mode], [4, Math.min(offset, MAX32)],
      ),
      raw,
      extra,
    );
  }

  /** Return what stands behind a directory of so many entries, which begins at a place, in bytes. */
  function endRecords(count, directory, size) {
    const few = Math.min(count, MAX16);
    const end = pack(
      [4, 0x06054b50], [2, 0], [2, 0], [2, few], [2, few], [4, Math.min(size, MAX32)],
      [4, Math.min(directory, MAX32)], [2, 0],
    );
    if (count < MAX16 && size < MAX32 && directory < MAX32) return end;
    return tk.join(
      pack(
        [4, 0x06064b50], [8, 44], [2, MADE_BY], [2, 45], [4, 0], [4, 0], [8, count],
        [8, count], [8, size], [8, directory],
      ),
      pack([4, 0x07064b50], [4, 0], [8, directory + size], [4, 1]),
      end,
    );
  }

  Object.assign(tk, { localHeader, centralHeader, endRecords, MAX16, MAX32 });
})((globalThis.trailkeeper ??= {}));
