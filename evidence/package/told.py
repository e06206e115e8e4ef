"""How a report reads on a terminal.

Threat. Names and texts of a package were written by strangers, and a terminal obeys what is written
to it: colours, titles, a line that overwrites the verdict. So whatever is not printable is shown as
its number.
"""

import textwrap
from collections.abc import Iterator

from evidence.package.report import Check, Name, Outcome, Report, Verdict

_WIDTH = 100
_ABOUT_LIMIT = 300

_VERDICTS = {
    Verdict.VERIFIED: "VERIFIED: every check that can be made with what was brought has passed.",
    Verdict.REJECTED: "REJECTED: do not rely on this package. What is wrong is listed below.",
    Verdict.UNPROVEN: "UNPROVEN: nothing is wrong with it, and nothing proves that it is right.",
}
_MEANINGS = {
    Name.ZIP: "the file is laid out as we write it, byte for byte",
    Name.BAG: "nothing is missing, altered or added by its manifests",
    Name.STATEMENTS: "every attestation has its record and its proof",
    Name.EVIDENCE: "the files are those that were attested",
    Name.INCLUSION: "every record is in the log",
    Name.WORKFLOW: "the records are all of one workflow, without gaps",
    Name.CHECKPOINT: "the log is signed by a key that you brought",
    Name.WITNESSES: "others have seen the same log",
    Name.TIMESTAMP: "an authority says when the log was so",
}


def told(report: Report) -> str:
    """Return the report as lines of text for people."""
    lines = [printable(report.package), _VERDICTS[report.verdict]]
    if report.absent:
        lines.append(
            f"{_counted(report.absent, 'file')} that had been attested cannot be checked: disposed "
            "of, as said below."
        )
    lines.append("")
    if facts := list(_facts(report)):
        lines += [*facts, ""]
    for check in report.checks.values():
        lines += _check(check)
    lines += ["", "What this does not tell:"]
    for note in report.notes:
        lines += _wrapped(note, "  - ", "    ")
    return "\n".join([*lines, ""])


def printable(text: str) -> str:
    """Return the text with everything that a terminal might obey shown as its number."""
    return "".join(c if c.isprintable() else c.encode("unicode_escape").decode() for c in text)


def _facts(report: Report) -> Iterator[str]:
    if report.workflow is not None:
        yield f"  workflow      {printable(report.workflow)}"
    if report.trail is not None:
        yield f"  audit trail   {printable(report.trail)}"
    if report.workflows is not None:
        yield f"  workflows     {report.workflows:,}"
    if report.checks[Name.ZIP].outcome is Outcome.PASSED:
        yield f"  attestations  {report.attestations:,}"
        yield f"  evidence      {_counted(report.files, 'file')}, {_counted(report.bytes, 'byte')}"
    for act in report.disposed:
        who = f"{_counted(act.absent, 'file')}, by {act.by} on {act.at[:10]}: {act.reason}"
        yield from _wrapped(who, "  disposed of   ", " " * 16)
    if report.origin is not None:
        yield f"  log           {printable(report.origin)}, {_counted(report.size or 0, 'record')}"
        yield f"  root          {report.root}"
    if report.key is not None:
        yield f"  signed by     {printable(report.key)}"
    if report.cosigners:
        yield f"  witnessed by  {printable(', '.join(report.cosigners))}"
    if report.timestamp is not None:
        yield f"  timestamp     {report.timestamp}, as the authority says"


def _check(check: Check) -> Iterator[str]:
    yield f"  {check.outcome:<8} {check.name:<11} {_MEANINGS[check.name]}"
    for finding in check.all_findings():
        if finding.code == "not-run":
            yield from _wrapped(finding.reason, " " * 13, " " * 13)
            continue
        about = printable(finding.about[:_ABOUT_LIMIT])
        yield f"             {finding.code}{': ' if about else ''}{about}"
        yield from _wrapped(finding.reason, " " * 15, " " * 15)


def _wrapped(text: str, first: str, rest: str) -> list[str]:
    """Return the text in lines. Keys and names stay whole, so that they can be copied."""
    return textwrap.wrap(
        printable(text),
        _WIDTH,
        initial_indent=first,
        subsequent_indent=rest,
        break_long_words=False,
        break_on_hyphens=False,
    )


def _counted(number: int, noun: str) -> str:
    return f"{number:,} {noun}{'' if number == 1 else 's'}"
