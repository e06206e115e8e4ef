/* What a verifier found: checks with an outcome each, findings with a reason each, one verdict.

   Its JSON is the same as that of the command line (`evidence/package/report.py`). */
"use strict";
(function (tk) {
  const FINDINGS_LIMIT = 20; // findings of one check that are kept; the rest are counted
  const CHECKS = [
    "zip", "bag", "statements", "evidence", "inclusion", "workflow", "checkpoint", "witnesses",
    "timestamp",
  ];
  // Checks that a verified package may skip: they need what not every verifier brings.
  const OPTIONAL = new Set(["witnesses", "timestamp"]);

  /** One check as it goes on: it passes unless something fails or it is skipped. */
  class Check {
    findings = [];
    failures = 0;
    isSkipped = false;

    /** Keep a failure; past the limit, count it. */
    fail(code, about, reason) {
      this.failures += 1;
      if (this.failures <= FINDINGS_LIMIT) this.findings.push({ code, about, reason });
    }

    /** Say why the check is not made. */
    skip(code, about, reason) {
      this.isSkipped = true;
      this.findings.push({ code, about, reason });
    }

    get outcome() {
      if (this.failures) return "failed";
      return this.isSkipped ? "skipped" : "passed";
    }

    get allFindings() {
      const more = this.failures - FINDINGS_LIMIT;
      if (more <= 0) return this.findings;
      const reason = `${more} more of the kind were found.`;
      return [...this.findings, { code: "more", about: String(more), reason }];
    }
  }

  /** Everything that a verifier tells about one package. Sizes are in bytes, `root` is base64. */
  class Report {
    workflow = null;
    attestations = 0;
    files = 0;
    bytes = 0;
    origin = null;
    size = null;
    root = null;
    key = null;
    cosigners = [];
    timestamp = null; // no browser checks one
    disposed = []; // the acts by which files are absent, once they are proven like the rest
    notes = [];

    constructor(name) {
      this.package = name;
      this.checks = Object.fromEntries(CHECKS.map((check) => [check, new Check()]));
    }

    /** Say of checks that they were not made, because another one did not pass. */
    notRun(names, because) {
      for (const name of names) {
        if (this.checks[name].failures) continue; // it has more to say than that
        this.checks[name].skip("not-run", because, `Not checked: '${because}' has not passed.`);
      }
    }

    /** One failure rejects; and nothing is verified unless every check passed that must. */
    get verdict() {
      const outcomes = CHECKS.map((check) => [check, this.checks[check].outcome]);
      if (outcomes.some(([, outcome]) => outcome === "failed")) return "rejected";
      const isProven = ([check, outcome]) => OPTIONAL.has(check) || outcome === "passed";
      return outcomes.every(isProven) ? "verified" : "unproven";
    }

    toJSON() {
      return {
        package: this.package,
        verdict: this.verdict,
        workflow: this.workflow,
        attestations: this.attestations,
        files: this.files,
        bytes: this.bytes,
        origin: this.origin,
        size: this.size,
        root: this.root,
        key: this.key,
        cosigners: this.cosigners,
        timestamp: this.timestamp,
        disposed: this.disposed,
        checks: CHECKS.map((check) => {
          const { outcome, allFindings } = this.checks[check];
          return { check, outcome, findings: allFindings };
        }),
        notes: this.notes,
      };
    }
  }

  Object.assign(tk, { Report });
})((globalThis.trailkeeper ??= {}));
