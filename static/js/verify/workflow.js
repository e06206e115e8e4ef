/* Check `workflow`: the statements are about one workflow, all of its attestations, in order.

   A log holds the records of a whole organization, each truly included. What is in this package must be
   of one workflow, complete up to its last record, and under the names that follow from it. */
"use strict";
(function (tk) {
  /** Return the name under which attestations speak of a workflow: `<org>/<trail>/<workflow>`. */
  const subjectOf = (opening) => `${opening.subject}/${opening.predicate.id}`;

  /** Check subjects, numbers, directories, the root and the log, of well-formed statements.

     The checkpoint is null where it could not be read, which another check has said. */
  async function checkWorkflow(contents, checkpoint, found) {
    const { statementPath, parse } = tk.statements;
    const opening = await parse(contents, "workflow", tk.WORKFLOW);
    const [organization, trail, ...more] = opening.subject.split("/");
    if (!organization || !trail || more.length || opening.predicate.id.includes("/")) {
      found.fail(
        "other-workflow",
        statementPath("workflow"),
        `'${subjectOf(opening)}' does not name an organization, its trail and its workflow.`,
      );
    }
    const steps = [];
    for (const directory of contents.directories.keys()) {
      const attested = await parse(contents, directory, tk.ATTESTATION);
      checkSubject(directory, attested, opening, found);
      const { number, step } = attested.predicate;
      steps.push(step);
      if (number !== steps.length) {
        found.fail(
          "number-gap",
          statementPath(directory),
          `This is attestation ${number} of the workflow, where number ${steps.length} belongs: one ` +
            "was left out, repeated or moved.",
        );
      }
    }
    await checkDisposals(contents, opening, found);
    checkNames(contents, steps, opening, found);
    if (checkpoint && !checkpoint.origin.endsWith(`/${organization}`)) {
      const reason = `The workflow is of ${organization}, and this log is not.`;
      found.fail("other-log", checkpoint.origin, reason);
    }
  }

  /* Check that disposals are of this workflow too, and of nothing that is not in the package. */
  async function checkDisposals(contents, opening, found) {
    const last = contents.directories.size;
    for (const name of tk.statements.disposed(contents)) {
      const disposed = await tk.statements.parse(contents, name, tk.ACTIVITY);
      checkSubject(name, disposed, opening, found);
      const { up_to: upTo } = disposed.predicate.details;
      if (upTo <= last) continue;
      found.fail(
        "number-gap",
        tk.statements.statementPath(name),
        `This is about attestations up to ${upTo}, and the last one here is ${last}.`,
      );
    }
  }

  function checkSubject(name, attested, opening, found) {
    const path = tk.statements.statementPath(name);
    if (attested.subject !== subjectOf(opening)) {
      const reason = `This record is about ${attested.subject}, not about ${subjectOf(opening)}.`;
      found.fail("other-workflow", path, reason);
    } else if (attested.subjectSha256 !== opening.sha256) {
      const reason = "This record is about a workflow of the same name that another record opened.";
      found.fail("other-workflow", path, reason);
    }
  }

  /* Characters that this browser does not know yet may be cleaned in another way by the server. A
     name with one is left alone: it is a label, and the statement is tied to its files without it. */
  function checkNames(contents, steps, opening, found) {
    const wanted = tk.directoryNames(steps);
    [...contents.directories.keys()].forEach((directory, place) => {
      if (directory === wanted[place] || !tk.isCertain(steps[place])) return;
      const reason = `The record's step makes the directory's name ${wanted[place]}.`;
      found.fail("directory-name", `data/${directory}/`, reason);
    });
    const root = tk.clean(opening.predicate.id);
    if (contents.root !== root && tk.isCertain(opening.predicate.id)) {
      found.fail("root-name", contents.root, `The workflow makes the directory's name ${root}.`);
    }
  }

  Object.assign(tk, { checkWorkflow, subjectOf });
})((globalThis.trailkeeper ??= {}));
