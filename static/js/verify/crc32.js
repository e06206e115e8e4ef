/* CRC-32 as a zip counts it (ISO 3309, polynomial 0xEDB88320), eight bytes at a time. */
"use strict";
(function (tk) {
  const T = Array.from({ length: 8 }, () => new Int32Array(256));
  for (let byte = 0; byte < 256; byte++) {
    let value = byte;
    for (let bit = 0; bit < 8; bit++) value = value & 1 ? (value >>> 1) ^ 0xedb88320 : value >>> 1;
    T[0][byte] = value;
  }
  for (let byte = 0; byte < 256; byte++) {
    for (let row = 1; row < 8; row++) {
      const below = T[row - 1][byte];
      T[row][byte] = T[0][below & 255] ^ (below >>> 8);
    }
  }
  const [T0, T1, T2, T3, T4, T5, T6, T7] = T;

  /** Return the CRC-32 of bytes, as a number below 2^32, going on from that of what came before. */
  function crc32(bytes, before = 0) {
    let crc = ~before;
    let at = 0;
    for (const stop = bytes.length - 7; at < stop; at += 8) {
      crc ^= bytes[at] | (bytes[at + 1] << 8) | (bytes[at + 2] << 16) | (bytes[at + 3] << 24);
      crc =
        T7[crc & 255] ^ T6[(crc >>> 8) & 255] ^ T5[(crc >>> 16) & 255] ^ T4[crc >>> 24] ^
        T3[bytes[at + 4]] ^ T2[bytes[at + 5]] ^ T1[bytes[at + 6]] ^ T0[bytes[at + 7]];
    }
    for (; at < bytes.length; at++) crc = T0[(crc ^ bytes[at]) & 255] ^ (crc >>> 8);
    return ~crc >>> 0;
  }

  Object.assign(tk, { crc32 });
})((globalThis.trailkeeper ??= {}));
