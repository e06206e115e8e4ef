/* Names as the server makes them safe: what `evidence/names.py` does, as far as a package needs it.

   Two rules hang on the tables of Unicode, whose edition differs between a browser and the server
   that wrote the package: which characters are assigned, and which letters are one but for their
   case. JavaScript has no case folding; lower, upper and lower again puts the same names together
   as Python's `casefold` for every character of Unicode 14 but the dotless i, which is kept apart
   here. For characters that this browser does not know, `isCertain` is false: nothing is said. */
"use strict";
(function (tk) {
  const LIMIT = 200; // bytes of UTF-8
  const SUFFIX_LIMIT = 16;
  const NUMBER_ROOM = 10;
  const WHITE = /[\t-\r\x1c-\x20\x85\xa0\u1680\u2000-\u200a\u2028\u2029\u202f\u205f\u3000]/gu;
  const INVISIBLE = /(?! )[\p{C}\p{Z}]/gu;
  const FORBIDDEN = /[<>:"|?*%]/g;
  const DANGEROUS =
    /^(?:[-~.]|(?:con|prn|aux|nul|con[iİı]n\$|conout\$|(?:com|lpt)[1-9¹²³]) *(?:\.|$))/iu;

  const sizeOf = (string) => tk.utf8(string).length;

  /** Return the safe name for a name; what is clean already comes back unchanged. */
  function clean(name) {
    let string = name.replaceAll("\\", "/").split("/").pop();
    string = string.replace(WHITE, " ").replace(INVISIBLE, "");
    string = string.replace(FORBIDDEN, "_").normalize("NFC");
    string = string.replace(/ +/g, " ").replace(/^ /, "").replace(/[ .]+$/, "");
    if (!string) return "evidence";
    if (DANGEROUS.test(string)) string = `_${string}`;
    if (sizeOf(string) <= LIMIT) return string;
    const [stem, suffix] = split(string);
    return (cut(stem, LIMIT - sizeOf(suffix)) + suffix).replace(/[ .]+$/, "");
  }

  function split(name) {
    const dot = name.lastIndexOf(".");
    const suffix = name.slice(dot + 1);
    return dot <= 0 || sizeOf(suffix) >= SUFFIX_LIMIT
      ? [name, ""]
      : [name.slice(0, dot), `.${suffix}`];
  }

  /** Return the characters of a text that fit whole into so many bytes of UTF-8. */
  function cut(string, size) {
    let kept = "";
    let used = 0;
    for (const character of string) {
      used += sizeOf(character);
      if (used > size) break;
      kept += character;
    }
    return kept;
  }

  /** Return what two names share that a file system without case or composition takes for one. */
  function fold(name) {
    if (/^[\x00-\x7f]*$/.test(name)) return name.toLowerCase();
    // Character by character: a sigma would otherwise change with its neighbours.
    const through = (string, change) => Array.from(string, change).join("");
    const upper = through(name, (c) => (c === "ı" ? c : c.toLowerCase().toUpperCase()));
    return through(upper, (c) => c.toLowerCase()).normalize("NFC");
  }

  /** Tell whether this browser knows every character of a text. */
  function isCertain(string) {
    return !/\p{Cn}/u.test(string);
  }

  /** Return the directory of each attestation below `data/`, from their steps in number order. */
  function directoryNames(steps) {
    const taken = new Set();
    const next = new Map();
    const take = (name) => {
      const folded = fold(name);
      return taken.has(folded) ? null : (taken.add(folded), name);
    };
    return steps.map((step) => {
      const name = clean(step);
      if (take(name) !== null) return name;
      const stem = cut(name, LIMIT - NUMBER_ROOM).replace(/ +$/, "");
      const key = fold(stem);
      let number = next.get(key) ?? 2;
      while (take(`${stem}.${number}`) === null) number++;
      next.set(key, number + 1);
      return `${stem}.${number}`;
    });
  }

  Object.assign(tk, { clean, fold, isCertain, directoryNames });
})((globalThis.trailkeeper ??= {}));
