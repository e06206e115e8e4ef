/* The form of the statements in a package: every field of FORMATS §1, and no other.

   A field that is not known here would be signed and never judged, so it is refused: a new field means
   a new version (`evidence/package/predicates.py`). */
"use strict";
(function (tk) {
  const isText = (value) => typeof value === "string";
  const isList = (value) => Array.isArray(value);
  const isObject = (value) => value !== null && typeof value === "object" && !isList(value);
  const matches = (pattern) => (value) => isText(value) && pattern.test(value);
  const orNull = (rule) => (value) => value === null || rule(value);
  const each = (rule) => (value) => isList(value) && value.every(rule);

  /** Tell whether a value has exactly these fields, each as its rule wants it. */
  function has(value, rules) {
    return (
      isObject(value) &&
      Object.keys(value).length === Object.keys(rules).length &&
      Object.entries(rules).every(([name, rule]) => Object.hasOwn(value, name) && rule(value[name]))
    );
  }

  const STEP_LIMIT = 400; // bytes: the longest that is recorded. It is made a name, which takes time
  const isStep = (value) => isText(value) && tk.utf8(value).length <= STEP_LIMIT;
  const isCount = (value) => Number.isSafeInteger(value) && value > 0;
  const isUuid = matches(/^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/);
  const isTime = matches(/^[0-9]{4}-[0-9]{2}-[0-9]{2}T[0-9]{2}:[0-9]{2}:[0-9]{2}\.[0-9]{6}Z$/);
  const isSha256 = matches(/^[0-9a-f]{64}$/);
  const isDigest = (value) => has(value, { sha256: isSha256 });
  const isActor = (value) =>
    has(value, { kind: matches(/^(user|service-account|system)$/), id: isUuid, name: isText });
  const isLink = (value) =>
    has(value, { name: isText, uri: isText }) ||
    has(value, { name: isText, uri: isText, digest: isDigest });
  const isSize = matches(/^(0|[1-9][0-9]{0,18})$/);
  const isDescriptor = (value) =>
    has(value, {
      name: (name) => isText(name) && name !== "",
      digest: isDigest,
      mediaType: isText,
      annotations: (annotations) => has(annotations, { size: isSize }),
    });

  // The only verb of an activity that has a place in a package.
  const DISPOSED = "evidence-disposed";
  const isDisposal = (value) =>
    has(value, {
      reason: isText, up_to: isCount, part: isCount, parts: isCount, digests: each(isSha256),
    }) && value.part <= value.parts;

  const FIELDS = {
    [tk.ACTIVITY]: {
      verb: (verb) => verb === DISPOSED,
      details: isDisposal,
      by: isActor,
      at: isTime,
    },
    [tk.WORKFLOW]: {
      id: isText,
      description: isText,
      trail_version: isCount,
      by: isActor,
      at: isTime,
    },
    [tk.ATTESTATION]: {
      id: isUuid,
      step: isStep,
      number: isCount,
      is_compliant: orNull((value) => typeof value === "boolean"),
      description: isText,
      evidence: each(isDescriptor),
      user_data: orNull((value) => has(value, { digest: isDigest })),
      external: each(isLink),
      occurred_at: orNull(isTime),
      overrides: orNull(isText),
      reason: orNull(isText),
      by: isActor,
      at: isTime,
    },
  };

  /** Return the statement of a canonical body, `{subject, subjectSha256, predicate, sha256}`.

     Bad, with the reason, where it is malformed or of another kind. */
  function parsePredicate(body, kind) {
    const value = tk.parseStatement(body);
    if (value.predicateType !== kind) {
      throw new tk.Bad(`The statement is a ${value.predicateType}; a ${kind} belongs here.`);
    }
    const rules = FIELDS[kind];
    for (const name of Object.keys(value.predicate)) {
      if (!Object.hasOwn(rules, name)) {
        throw new tk.Bad(
          `The predicate has a field ${tk.quote(name)}, which is not of this version.`,
        );
      }
    }
    for (const [name, rule] of Object.entries(rules)) {
      if (!Object.hasOwn(value.predicate, name) || !rule(value.predicate[name])) {
        throw new tk.Bad(`The predicate's field '${name}' is missing or of another form.`);
      }
    }
    const [subject] = value.subject;
    return {
      subject: subject.name,
      subjectSha256: subject.digest.sha256,
      predicate: value.predicate,
      sha256: tk.hex(tk.sha256(body)),
    };
  }

  Object.assign(tk, { parsePredicate, isDescriptor });
  tk.shapes = { isText, isObject, isDigest, has };
})((globalThis.trailkeeper ??= {}));
