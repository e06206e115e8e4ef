/* SHA-256 (FIPS 180-4), fed piece by piece.

   The browser's own digest wants all bytes at once, which a file of gigabytes does not allow. The
   tests hold this against it at every length around a block's edge. */
"use strict";
(function (tk) {
  const K = new Int32Array(64);
  const FIRST = new Int32Array(8);
  // The constants are the first 32 bits behind the point of roots of the first primes (§4.2.2).
  (function derive() {
    const fraction = (number) => ((number - Math.floor(number)) * 4294967296) | 0;
    for (let candidate = 2, found = 0; found < 64; candidate++) {
      let prime = true;
      for (let d = 2; d * d <= candidate; d++) prime &&= candidate % d !== 0;
      if (!prime) continue;
      if (found < 8) FIRST[found] = fraction(Math.sqrt(candidate));
      K[found++] = fraction(Math.cbrt(candidate));
    }
  })();

  const s = (x) => ((x >>> 2) | (x << 30)) ^ ((x >>> 13) | (x << 19)) ^ ((x >>> 22) | (x << 10));
  const z = (x) => ((x >>> 6) | (x << 26)) ^ ((x >>> 11) | (x << 21)) ^ ((x >>> 25) | (x << 7));

  class Sha256 {
    constructor() {
      this._state = FIRST.slice();
      this._words = new Int32Array(64);
      this._rest = new Uint8Array(64); // bytes that do not fill a block yet
      this._held = 0;
      this._length = 0;
    }

    /** Take more bytes. Return itself. */
    update(bytes) {
      let at = 0;
      this._length += bytes.length;
      if (this._held) {
        at = Math.min(64 - this._held, bytes.length);
        this._rest.set(bytes.subarray(0, at), this._held);
        this._held += at;
        if (this._held < 64) return this;
        this._blocks(this._rest, 0, 64);
        this._held = 0;
      }
      const whole = at + ((bytes.length - at) & ~63);
      this._blocks(bytes, at, whole);
      this._rest.set(bytes.subarray(whole));
      this._held = bytes.length - whole;
      return this;
    }

    /** Return the 32 bytes of the digest. Nothing can be taken after that. */
    digest() {
      const tail = new Uint8Array(this._held < 56 ? 64 : 128);
      tail.set(this._rest.subarray(0, this._held));
      tail[this._held] = 0x80;
      const view = new DataView(tail.buffer);
      view.setBigUint64(tail.length - 8, BigInt(this._length) * 8n);
      this._blocks(tail, 0, tail.length);
      const out = new DataView(new ArrayBuffer(32));
      this._state.forEach((word, index) => out.setInt32(index * 4, word));
      return new Uint8Array(out.buffer);
    }

    _blocks(bytes, start, stop) {
      const w = this._words;
      let [a0, b0, c0, d0, e0, f0, g0, h0] = this._state;
      for (let at = start; at < stop; at += 64) {
        for (let i = 0, j = at; i < 16; i++, j += 4) {
          w[i] = (bytes[j] << 24) | (bytes[j + 1] << 16) | (bytes[j + 2] << 8) | bytes[j + 3];
        }
        for (let i = 16; i < 64; i++) {
          const x = w[i - 15];
          const y = w[i - 2];
          const s0 = ((x >>> 7) | (x << 25)) ^ ((x >>> 18) | (x << 14)) ^ (x >>> 3);
          const s1 = ((y >>> 17) | (y << 15)) ^ ((y >>> 19) | (y << 13)) ^ (y >>> 10);
          w[i] = (((w[i - 16] + s0) | 0) + ((w[i - 7] + s1) | 0)) | 0;
        }
        let a = a0;
        let b = b0;
        let c = c0;
        let d = d0;
        let e = e0;
        let f = f0;
        let g = g0;
        let h = h0;
        // Eight rounds at a time, each with the variables moved on by one: moving their values
        // instead takes half as long again. `s` and `z` are the big sigmas of §4.1.2.
        for (let i = 0; i < 64; i += 8) {
          h = (h + z(e) + (g ^ (e & (f ^ g)))) | 0;
          h = (h + K[i] + w[i]) | 0;
          d = (d + h) | 0;
          h = (h + s(a) + ((a & b) | (c & (a | b)))) | 0;
          g = (g + z(d) + (f ^ (d & (e ^ f)))) | 0;
          g = (g + K[i + 1] + w[i + 1]) | 0;
          c = (c + g) | 0;
          g = (g + s(h) + ((h & a) | (b & (h | a)))) | 0;
          f = (f + z(c) + (e ^ (c & (d ^ e)))) | 0;
          f = (f + K[i + 2] + w[i + 2]) | 0;
          b = (b + f) | 0;
          f = (f + s(g) + ((g & h) | (a & (g | h)))) | 0;
          e = (e + z(b) + (d ^ (b & (c ^ d)))) | 0;
          e = (e + K[i + 3] + w[i + 3]) | 0;
          a = (a + e) | 0;
          e = (e + s(f) + ((f & g) | (h & (f | g)))) | 0;
          d = (d + z(a) + (c ^ (a & (b ^ c)))) | 0;
          d = (d + K[i + 4] + w[i + 4]) | 0;
          h = (h + d) | 0;
          d = (d + s(e) + ((e & f) | (g & (e | f)))) | 0;
          c = (c + z(h) + (b ^ (h & (a ^ b)))) | 0;
          c = (c + K[i + 5] + w[i + 5]) | 0;
          g = (g + c) | 0;
          c = (c + s(d) + ((d & e) | (f & (d | e)))) | 0;
          b = (b + z(g) + (a ^ (g & (h ^ a)))) | 0;
          b = (b + K[i + 6] + w[i + 6]) | 0;
          f = (f + b) | 0;
          b = (b + s(c) + ((c & d) | (e & (c | d)))) | 0;
          a = (a + z(f) + (h ^ (f & (g ^ h)))) | 0;
          a = (a + K[i + 7] + w[i + 7]) | 0;
          e = (e + a) | 0;
          a = (a + s(b) + ((b & c) | (d & (b | c)))) | 0;
        }
        a0 = (a0 + a) | 0;
        b0 = (b0 + b) | 0;
        c0 = (c0 + c) | 0;
        d0 = (d0 + d) | 0;
        e0 = (e0 + e) | 0;
        f0 = (f0 + f) | 0;
        g0 = (g0 + g) | 0;
        h0 = (h0 + h) | 0;
      }
      this._state.set([a0, b0, c0, d0, e0, f0, g0, h0]);
    }
  }

  /** Return the SHA-256 of bytes that are at hand and few. */
  function sha256(...parts) {
    const hash = new Sha256();
    parts.forEach((part) => hash.update(part));
    return hash.digest();
  }

  Object.assign(tk, { Sha256, sha256 });
})((globalThis.trailkeeper ??= {}));
