"""`index.csv` of a trail's package: a row for each file, and for what has none (RFC 4180). Pure.

For people with a spreadsheet. The state of a workflow is the server's word; everything else says
what the statements and files say, and whoever verifies writes it again from them.

Threat. A cell that begins with `=`, `+`, `-` or `@`, also behind a separator of another country's
settings, is a formula to a spreadsheet. An apostrophe before it makes it text.
"""

import csv
import re
from collections.abc import Iterable, Mapping
from typing import Any

PATH = "index.csv"
_COLUMNS = ("workflow", "state", "step", "number", "file", "size", "sha256", "is_compliant")
_TIMES = ("occurred_at", "at")
_FORMULA = re.compile(r"(^|[;,|\t\r\n])(\s*)(?=[=+\-@\uff1d\uff0b\uff0d\uff20])|^(?=[\t\r\n])")

File = tuple[str, int, str]
"""The path of a file below the root, its size in bytes, and its SHA-256 in hex."""


def head() -> bytes:
    """Return the line that names the columns."""
    return _line([*_COLUMNS, *_TIMES])


def of_workflow(workflow: str, state: str, at: str) -> bytes:
    """Return the line of a workflow without attestations; `at` is when it began."""
    return _line([workflow, state, *[""] * 7, at])


def of_attestation(
    workflow: str, state: str, predicate: Mapping[str, Any], files: Iterable[File]
) -> bytes:
    """Return the lines of an attestation, which `predicate` describes as its statement does."""
    verdict = {True: "true", False: "false", None: ""}[predicate["is_compliant"]]
    first = [workflow, state, predicate["step"], predicate["number"]]
    last = [verdict, predicate["occurred_at"] or "", predicate["at"]]
    lines = [_line([*first, path, size, sha256, *last]) for path, size, sha256 in files]
    return b"".join(lines) or _line([*first, "", "", "", *last])


def state_of(line: bytes) -> str:
    """Return the state that a line claims for its workflow; empty where it is no line of ours."""
    try:
        [row] = csv.reader([line.decode()], strict=True)
    except (ValueError, csv.Error):
        return ""
    return row[1] if len(row) == len(_COLUMNS) + len(_TIMES) else ""


def _line(values: Iterable[object]) -> bytes:
    written: str = csv.writer(_Echo()).writerow([_harmless(str(value)) for value in values])
    return written.encode()


def _harmless(text: str) -> str:
    return _FORMULA.sub(r"\1\2'", text)


class _Echo:
    """A file that hands back what is written to it."""

    def write(self, text: str) -> str:
        return text
