/* Statements: in-toto facts in the one spelling that is a leaf of the log (FORMATS §1).

   The canonical form is RFC 8785, restricted to what JSON.stringify and sorted keys already write:
   ASCII keys, no fractions, integers below 2^53, text in NFC. A second spelling of the same facts, such
   as a key that is there twice, does not come back as the same bytes and is refused. */
"use strict";
(function (tk) {
  const BODY_LIMIT = 65535; // bytes
  const STATEMENT_TYPE = "https://in-toto.io/Statement/v1";
  const WORKFLOW = "urn:trailkeeper:workflow:1";
  const ATTESTATION = "urn:trailkeeper:attestation:1";
  const ACTIVITY = "urn:trailkeeper:activity:1";
  const PREDICATES = [
    WORKFLOW, ATTESTATION, ACTIVITY, "urn:trailkeeper:trail:1", "urn:trailkeeper:trail:2",
  ];
  const REFUSAL = "The body is not a canonical statement";

  /* Tell whether marks of a text are in another order than NFC puts them in. To put a million of them
     in order takes hours; to see that one stands before its neighbour does not. */
  function isScrambled(text) {
    for (const [run] of text.matchAll(/\p{M}{64,}/gu)) {
      let before = "";
      for (const mark of run) {
        const alone = mark.normalize("NFD");
        if ((before + alone).normalize("NFD") !== before + alone) return true;
        before = alone;
      }
    }
    return false;
  }

  /** Return the canonical text of a value, which is none where a text is not composed.

     Bad where it may not be recorded. */
  function canonical(value) {
    if (typeof value === "string") {
      if (/\p{Cs}/u.test(value)) {
        throw new tk.Bad("The text holds half of a surrogate pair, which is not text.");
      }
      return isScrambled(value) ? "" : JSON.stringify(value.normalize("NFC"));
    }
    if (typeof value === "number") {
      if (!Number.isInteger(value)) {
        throw new tk.Bad(`${value} cannot be recorded: write it as text.`);
      }
      if (!Number.isSafeInteger(value)) {
        throw new tk.Bad(`${value} is too large for a statement: write it as text.`);
      }
      return String(value);
    }
    if (value === null || typeof value === "boolean") return String(value);
    if (Array.isArray(value)) return `[${value.map(canonical).join(",")}]`;
    const fields = Object.keys(value).sort().map((key) => {
      if (!/^[\x00-\x7f]*$/.test(key)) {
        throw new tk.Bad(`${tk.quote(key)} cannot be a key: keys are ASCII text.`);
      }
      return `${JSON.stringify(key)}:${canonical(value[key])}`;
    });
    return `{${fields.join(",")}}`;
  }

  /* JSON.parse makes 2 of 2.0. The bytes would differ anyway; this says why. */
  function refuseFractions(text) {
    const withoutTexts = text.replace(/"[^"\\]*(?:\\.[^"\\]*)*"/g, '""');
    const fraction = /-?\d+(?:\.\d+(?:[eE][-+]?\d+)?|[eE][-+]?\d+)/.exec(withoutTexts);
    if (fraction) throw new tk.Bad(`${fraction[0]} cannot be recorded: write it as text.`);
  }

  /** Return what bytes of JSON say, and whether they are its canonical ones; null if they are no JSON.

     Bad where the JSON says something that may not be recorded. */
  function parseJson(bytes) {
    const text = tk.text(bytes);
    if (text === null) return null;
    try {
      const value = JSON.parse(text);
      refuseFractions(text);
      return { value, isCanonical: canonical(value) === text };
    } catch (error) {
      // RangeError: brackets within brackets, tens of thousands deep, fit into the limit.
      if (error instanceof SyntaxError || error instanceof RangeError) return null;
      throw error;
    }
  }

  /** Return the statement of a body, only if these are exactly its canonical bytes, else Bad. */
  function parseStatement(bytes) {
    if (bytes.length > BODY_LIMIT) {
      throw new tk.Bad(`${REFUSAL}: it has more than ${BODY_LIMIT} bytes.`);
    }
    let parsed;
    try {
      parsed = parseJson(bytes);
    } catch (error) {
      if (!(error instanceof tk.Bad)) throw error;
      throw new tk.Bad(`${REFUSAL}. ${error.message}`);
    }
    if (!parsed) throw new tk.Bad(`${REFUSAL}: it is not JSON that we write.`);
    if (!parsed.isCanonical) {
      throw new tk.Bad(`${REFUSAL}: the same facts are written in other bytes.`);
    }
    const { value } = parsed;
    const { isText, isDigest, isObject, has } = tk.shapes;
    const isStatement = has(value, {
      _type: (kind) => kind === STATEMENT_TYPE,
      subject: (subject) =>
        Array.isArray(subject) &&
        subject.length === 1 &&
        has(subject[0], { name: isText, digest: isDigest }),
      predicateType: (kind) => PREDICATES.includes(kind),
      predicate: isObject,
    });
    if (!isStatement) throw new tk.Bad(`${REFUSAL}: its fields are not those of FORMATS §1.`);
    return value;
  }

  Object.assign(tk, { parseStatement, parseJson, BODY_LIMIT, WORKFLOW, ATTESTATION, ACTIVITY });
})((globalThis.trailkeeper ??= {}));
