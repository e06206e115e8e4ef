/* Bytes and their spellings: hex, base64, UTF-8, compared and joined. Knows nothing of packages.

   Strict in both directions: bytes that have two spellings would let two files be "the same". */
"use strict";
(function (tk) {
  /** What is wrong with bytes from a package, a key or a policy. Its text is a sentence. */
  class Bad extends Error {}

  const decoder = new TextDecoder("utf-8", { fatal: true, ignoreBOM: true });
  const encoder = new TextEncoder();

  /** Return the text of bytes, or null where they are not UTF-8. A byte order mark stays. */
  function text(bytes) {
    try {
      return decoder.decode(bytes);
    } catch {
      return null;
    }
  }

  /** Return the bytes of a text in UTF-8. */
  function utf8(string) {
    return encoder.encode(string);
  }

  /** Tell whether two rows of bytes are the same. */
  function equal(a, b) {
    return a.length === b.length && a.every((byte, index) => byte === b[index]);
  }

  /** Return several rows of bytes as one. */
  function join(...parts) {
    const whole = new Uint8Array(parts.reduce((sum, part) => sum + part.length, 0));
    let at = 0;
    for (const part of parts) {
      whole.set(part, at);
      at += part.length;
    }
    return whole;
  }

  /** Return bytes as small hex digits. */
  function hex(bytes) {
    return Array.from(bytes, (byte) => byte.toString(16).padStart(2, "0")).join("");
  }

  /** Return bytes as base64. */
  function base64(bytes) {
    let binary = "";
    for (let at = 0; at < bytes.length; at += 8192) {
      binary += String.fromCharCode(...bytes.subarray(at, at + 8192));
    }
    return btoa(binary);
  }

  /** Return the bytes of base64 text, if it is their one spelling (RFC 4648 §3.5), else Bad. */
  function fromBase64(string) {
    const shown = quote(string.slice(0, 100));
    // atob alone would take white space, and text without its padding.
    if (!/^[A-Za-z0-9+/]*={0,2}$/.test(string) || string.length % 4) {
      throw new Bad(`${shown} is not base64.`);
    }
    const bytes = Uint8Array.from(atob(string), (character) => character.charCodeAt(0));
    if (base64(bytes) !== string) throw new Bad(`${shown} is base64 with bits that mean nothing.`);
    return bytes;
  }

  /** Return a stranger's text in quotation marks, as Python's repr does: the invisible is spelled. */
  function quote(string) {
    const mark = markFor(string.includes("'"), string.includes('"'));
    const known = { "\n": "\\n", "\r": "\\r", "\t": "\\t", "\\": "\\\\", [mark]: `\\${mark}` };
    const shown = string.replace(/[\\'"\p{C}\p{Z}]/gu, (character) => {
      if (character === " " || (/['"]/.test(character) && character !== mark)) return character;
      const code = character.codePointAt(0);
      const digits = code.toString(16);
      if (known[character]) return known[character];
      if (code < 0x100) return `\\x${digits.padStart(2, "0")}`;
      return code < 0x10000 ? `\\u${digits.padStart(4, "0")}` : `\\U${digits.padStart(8, "0")}`;
    });
    return mark + shown + mark;
  }

  /** Return bytes that are no text in quotation marks, as Python's repr does. */
  function quoteBytes(bytes) {
    const mark = markFor(bytes.includes(39), bytes.includes(34));
    const known = { 9: "\\t", 10: "\\n", 13: "\\r", 92: "\\\\", [mark.charCodeAt(0)]: `\\${mark}` };
    const shown = Array.from(bytes, (byte) => {
      const isPlain = byte >= 0x20 && byte < 0x7f;
      const plain = isPlain ? String.fromCharCode(byte) : `\\x${byte.toString(16).padStart(2, "0")}`;
      return known[byte] ?? plain;
    });
    return `b${mark}${shown.join("")}${mark}`;
  }

  const markFor = (hasSingle, hasDouble) => (hasSingle && !hasDouble ? '"' : "'");

  Object.assign(tk, { Bad, text, utf8, equal, join, hex, base64, fromBase64, quote, quoteBytes });
})((globalThis.trailkeeper ??= {}));
