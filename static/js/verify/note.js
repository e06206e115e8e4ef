/* Signed notes and their keys (C2SP signed-note v1.0.0, tlog-cosignature v1.0.1).

   As strict as `evidence/ledger/note.py`. A note proves nothing until a key that came from somewhere
   else has checked it. */
"use strict";
(function (tk) {
  const LIMIT = 1 << 20; // bytes
  const SIGNATURES_LIMIT = 100;
  const SIGNATURE_SIZE = 64;
  const ED25519 = 1;
  const COSIGNATURE = 4;
  const CONTROL = /[\x00-\x09\x0b-\x1f]/;
  // No white space, no plus, no control character.
  const NAME =
    /^[^+\x00-\x20\x85\xa0\u1680\u2000-\u200a\u2028\u2029\u202f\u205f\u3000]+$/u;

  /** Return a key from its text `name+id+base64`, else Bad. */
  function parseKey(vkey) {
    const [name, id, material] = splitTwice(vkey);
    let decoded = null;
    try {
      decoded = tk.fromBase64(material);
    } catch {
      // The sentence below says it for every way in which the text is none.
    }
    if (!decoded || ![ED25519, COSIGNATURE].includes(decoded[0])) {
      throw new tk.Bad(
        `${tk.quote(vkey)} is not a verification key: write name+id+base64, of an Ed25519 key.`,
      );
    }
    if (!NAME.test(name)) {
      throw new tk.Bad(`${tk.quote(name)} cannot name a key: no spaces, no plus, not empty.`);
    }
    if (decoded.length !== 33) {
      throw new tk.Bad(`An Ed25519 key has 32 bytes, not ${decoded.length - 1}.`);
    }
    const right = tk.hex(tk.sha256(tk.utf8(`${name}\n`), decoded).subarray(0, 4));
    if (right !== id) {
      throw new tk.Bad(`${tk.quote(vkey)} is damaged: its id should be ${right}.`);
    }
    return { name, id, algorithm: decoded[0], public: decoded.subarray(1), vkey };
  }

  function splitTwice(vkey) {
    const first = vkey.indexOf("+");
    if (first < 0) return [vkey, "", ""];
    const second = vkey.indexOf("+", first + 1);
    if (second < 0) return [vkey.slice(0, first), vkey.slice(first + 1), ""];
    return [vkey.slice(0, first), vkey.slice(first + 1, second), vkey.slice(second + 1)];
  }

  /** Return the note of its bytes, `{text, signatures}`, unverified. Bad where it has two spellings. */
  function parseNote(bytes) {
    if (bytes.length > LIMIT) throw new tk.Bad(`A note has at most ${LIMIT} bytes.`);
    const whole = tk.text(bytes);
    if (whole === null) throw new tk.Bad("The note is not UTF-8.");
    if (CONTROL.test(whole)) throw new tk.Bad("The note holds a control character.");
    const blank = whole.lastIndexOf("\n\n");
    if (blank < 0 || blank + 2 === whole.length || !whole.endsWith("\n")) {
      throw new tk.Bad("The note has no signatures: an empty line and one line for each belong.");
    }
    const signatures = whole.slice(blank + 2, -1).split("\n").map(parseSignature);
    if (signatures.length > SIGNATURES_LIMIT) {
      throw new tk.Bad(`A note has at most ${SIGNATURES_LIMIT} signatures.`);
    }
    return { text: whole.slice(0, blank + 1), signatures };
  }

  function parseSignature(line) {
    const space = line.indexOf(" ", 2);
    const name = line.slice(2, space);
    if (!line.startsWith("\u2014 ") || space < 0 || !NAME.test(name)) {
      const shown = tk.quote(Array.from(line).slice(0, 100).join(""));
      throw new tk.Bad(`${shown} is not a signature: an em dash, a name, base64.`);
    }
    const data = tk.fromBase64(line.slice(space + 1));
    if (data.length <= 4) {
      throw new tk.Bad(`The signature of ${name} has ${data.length} bytes, which is too few.`);
    }
    return { name, id: tk.hex(data.subarray(0, 4)), data: data.subarray(4) };
  }

  /** Tell whether a signature claims to be of a key. */
  function claims(signature, key) {
    return signature.name === key.name && signature.id === key.id;
  }

  /** Tell whether a signature that claims to be of a key is valid over the text of a note. */
  async function isValid(key, text, signature) {
    let message = tk.utf8(text);
    let data = signature.data;
    if (key.algorithm === COSIGNATURE) {
      if (data.length !== 8 + SIGNATURE_SIZE || data[0] & 0x80) return false;
      const time = new DataView(data.buffer, data.byteOffset).getBigUint64(0);
      message = tk.utf8(`cosignature/v1\ntime ${time}\n${text}`);
      data = data.subarray(8);
    }
    if (data.length !== SIGNATURE_SIZE) return false;
    let imported;
    try {
      imported = await crypto.subtle.importKey("raw", key.public, "Ed25519", false, ["verify"]);
    } catch (error) {
      if (error.name === "DataError") return false; // 32 bytes that are no key
      throw error;
    }
    return crypto.subtle.verify("Ed25519", imported, data, message);
  }

  let ability = null;

  /** Tell whether this browser can check Ed25519 signatures: RFC 8032 §7.1, test 1, right and wrong. */
  function canCheckSignatures() {
    ability ??= (async () => {
      const bytes = (hex) => Uint8Array.from(hex.match(/../g), (byte) => parseInt(byte, 16));
      const known = {
        algorithm: ED25519,
        public: bytes("d75a980182b10ab7d54bfed3c964073a0ee172f3daa62325af021a68f707511a"),
      };
      const data = bytes(
        "e5564300c360ac729086e2cc806e828a84877f1eb8e5d974d873e06522490155" +
          "5fb8821590a33bacc61e39701cf9b46bd25bf5f0595bbe24655141438e7a100b",
      );
      try {
        return (
          (await isValid(known, "", { data })) === true &&
          (await isValid(known, "x", { data })) === false
        );
      } catch {
        return false; // no WebCrypto, as on a page without HTTPS, or one without this algorithm
      }
    })();
    return ability;
  }

  Object.assign(tk, {
    ED25519, COSIGNATURE, parseKey, parseNote, claims, isValid, canCheckSignatures,
  });
})((globalThis.trailkeeper ??= {}));
