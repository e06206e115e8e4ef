/* Disposed evidence in a package: where its statements lie, and when they are whole.

   Each act of disposal answers for the attestations after the last one of the act before it, up to its
   own, and has one statement or several (`evidence/package/disposals.py`). */
"use strict";
(function (tk) {
  /** Return the name of a statement of a disposal, without suffix: 1, 2, 3 … in a package. */
  const disposalName = (number) => `_disposal.${number}`;

  /** Return the acts that the statements of a package make up, in order. Bad says what is amiss.

     `digests` are those of an act; `unmatched` those that no file was seen to have, and `absent` the
     number of its files that are not there, once somebody has compared it with them. */
  async function acts(contents) {
    const found = [];
    let parts = [];
    let place = 0;
    for (const name of tk.statements.disposed(contents)) {
      const part = await tk.statements.parse(contents, name, tk.ACTIVITY);
      place += 1;
      const { details } = part.predicate;
      const follows = !parts.length || shared(part) === shared(parts[0]);
      if (details.part !== parts.length + 1 || !follows) {
        throw new tk.Bad(
          `${name} is part ${details.part} of ${details.parts} of a disposal, and it does not ` +
            "follow the statement before it.",
        );
      }
      parts.push(part);
      if (parts.length < details.parts) continue;
      found.push(act(parts, place - parts.length + 1, found.at(-1)?.upTo ?? 0));
      parts = [];
    }
    if (parts.length) {
      throw new tk.Bad(
        `The last disposal has ${parts[0].predicate.details.parts} parts, and only ` +
          `${parts.length} are there.`,
      );
    }
    return found;
  }

  /* Return what all parts of an act have in common, as a text. Statements are canonical. */
  function shared({ predicate: { details, by, at } }) {
    return JSON.stringify([details.reason, details.up_to, details.parts, by, at]);
  }

  function act(parts, place, after) {
    const { details, by, at } = parts[0].predicate;
    const { up_to: upTo, reason } = details;
    if (upTo <= after) {
      throw new tk.Bad(
        `${disposalName(place)} disposes of files up to attestation ${upTo}, and the disposal ` +
          `before it did so up to ${after}.`,
      );
    }
    const named = parts.flatMap((part) => part.predicate.details.digests);
    const digests = new Set(named);
    if (digests.size < named.length) {
      throw new tk.Bad(`The disposal that begins in ${disposalName(place)} names a file twice.`);
    }
    const unmatched = new Set(digests);
    return { place, after, upTo, reason, by: by.name, at, digests, unmatched, absent: 0 };
  }

  /** Return the act that answers for the files of an attestation, null where none does. */
  function answering(found, number) {
    let [low, high] = [0, found.length];
    while (low < high) {
      const middle = (low + high) >> 1;
      if (found[middle].upTo < number) low = middle + 1;
      else high = middle;
    }
    return found[low] ?? null;
  }

  /** Take out of `wanted` the files that need not be there: those that the act names and that are gone. */
  function excuse(wanted, entries, act) {
    for (const [name, { sha256 }] of [...wanted]) {
      act.unmatched.delete(sha256);
      if (!act.digests.has(sha256) || entries.has(name)) continue;
      act.absent += 1;
      wanted.delete(name);
    }
  }

  /** Return acts as a report tells of them. */
  function toldActs(found) {
    return found.map(({ absent, upTo, by, at, reason }) => ({
      files: absent, up_to: upTo, by, at, reason,
    }));
  }

  Object.assign(tk, { disposalName, acts, answering, excuse, toldActs });
})((globalThis.trailkeeper ??= {}));
