"""The command that verifies a package: its options, its words on a terminal, its exit status.

    python -m evidence.package.verify package.zip --key VKEY

Exit status 0 only for a verified package, 1 for every other verdict, 2 where the command was used
wrongly or a file could not be read.
"""

import argparse
import json
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, TextIO

from evidence.errors import BadNote, EvidenceError
from evidence.ledger import policy
from evidence.ledger.note import Key
from evidence.package.report import Verdict
from evidence.package.told import told
from evidence.package.verify import verify

if TYPE_CHECKING:
    from cryptography.x509 import Certificate

_USAGE = 2
_FILE_LIMIT = 1 << 20  # bytes of a file of keys, of a policy, of roots
_BAR = 30


def main(arguments: Sequence[str] | None = None, *, prog: str | None = None) -> int:
    """Verify the package that the arguments name, tell the report, and return the exit status."""
    parser = _parser(prog or "python -m evidence.package.verify")
    options = parser.parse_args(arguments)
    if hasattr(sys.stdout, "reconfigure"):
        sys.stdout.reconfigure(errors="backslashreplace")  # a terminal without UTF-8
    try:
        keys = [Key.parse(text.strip()) for text in options.key]
        keys += [key for file in options.key_file for key in _keys(file)]
        rules = policy.parse(_read(options.policy)) if options.policy else None
        roots = _certificates(options.tsa_roots) if options.tsa_roots else None
        bar = _Bar(sys.stderr) if sys.stderr.isatty() and not options.quiet else None
        try:
            progress = bar.show if bar else None
            report = verify(options.package, keys, rules, roots, progress)
        finally:
            if bar:
                bar.clear()
    except OSError as error:
        said = f"cannot read {error.filename}: {error.strerror}" if error.filename else error
        parser.exit(_USAGE, f"{parser.prog}: {said}\n")
    except (ValueError, EvidenceError) as error:
        parser.exit(_USAGE, f"{parser.prog}: {error}\n")
    if options.json:
        sys.stdout.write(json.dumps(report.as_json(), indent=2) + "\n")
    elif not options.quiet:
        sys.stdout.write(told(report))
    return 0 if report.verdict is Verdict.VERIFIED else 1


def _parser(prog: str) -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        prog=prog,
        description="Verify an evidence package without trusting the server that it came from.",
        epilog="Get the key from the owner of the log by another way than the package. "
        "Exit status: 0 verified, 1 rejected or unproven, 2 wrong usage or unreadable file.",
    )
    add = parser.add_argument
    add("package", type=Path, help="the package, a zip file")
    add("--key", action="append", default=[], metavar="VKEY", help="a key of the log; repeatable")
    add(
        "--key-file",
        action="append",
        default=[],
        type=Path,
        metavar="FILE",
        help="a file of such keys, one on each line; repeatable",
    )
    add("--policy", type=Path, metavar="FILE", help="a C2SP tlog-policy: logs, witnesses, quorum")
    add(
        "--tsa-roots",
        type=Path,
        metavar="PEM",
        help="root certificates of a timestamp authority (RFC 3161)",
    )
    add("--json", action="store_true", help="print the report as JSON")
    add("--quiet", "-q", action="store_true", help="print nothing: the exit status is the answer")
    return parser


def _read(path: Path) -> bytes:
    with path.open("rb") as file:
        data = file.read(_FILE_LIMIT + 1)
    if len(data) > _FILE_LIMIT:
        raise BadNote(f"{path} has more than {_FILE_LIMIT} bytes: is it the right file?")
    return data


def _keys(path: Path) -> list[Key]:
    """Return the keys of a file; empty lines and those that begin with # are for people."""
    lines = [line.strip() for line in _read(path).decode("utf-8").splitlines()]
    keys = [Key.parse(line) for line in lines if line and not line.startswith("#")]
    if not keys:
        raise BadNote(f"{path} holds no key: write one on each line, as name+id+base64.")
    return keys


def _certificates(path: Path) -> "list[Certificate]":
    from cryptography import x509

    try:
        return x509.load_pem_x509_certificates(_read(path))
    except ValueError as error:
        raise BadNote(
            f"{path} holds no certificates in PEM. Ask the authority for its root certificates."
        ) from error


class _Bar:
    """A line on a terminal that tells how far the reading is. Small packages never show it."""

    def __init__(self, terminal: TextIO) -> None:
        self._terminal = terminal
        self._percent = 0

    def show(self, done: int, total: int) -> None:
        """Draw the line anew when a percent more has been read."""
        percent = done * 100 // total
        if total < 1 << 28 or percent == self._percent:
            return
        self._percent = percent
        bar = "#" * (percent * _BAR // 100)
        self._terminal.write(f"\r[{bar:<{_BAR}}] {percent:3} % of {total / 1e9:.1f} GB")
        self._terminal.flush()

    def clear(self) -> None:
        """Take the line away."""
        if self._percent:
            self._terminal.write("\r\x1b[K")
            self._terminal.flush()
