"""Texts that machines and people keep: JSON, YAML, CSV, memos, lists of checksums. Pure."""

import csv
import hashlib
import io
import json
from collections.abc import Iterable, Mapping, Sequence
from typing import Any


def json_file(value: Any) -> bytes:
    """Return indented JSON, keys in the order given, as services log it."""
    return (json.dumps(value, indent=2, ensure_ascii=False) + "\n").encode()


def json_lines(values: Iterable[Any]) -> bytes:
    """Return one JSON value a line."""
    return "".join(json.dumps(value) + "\n" for value in values).encode()


def csv_file(header: Sequence[str], rows: Iterable[Sequence[Any]]) -> bytes:
    """Return a table as RFC 4180 writes it, with CRLF."""
    out = io.StringIO(newline="")
    writer = csv.writer(out)
    writer.writerow(header)
    writer.writerows(rows)
    return out.getvalue().encode()


def lines(*texts: str) -> bytes:
    """Return lines of text."""
    return ("\n".join(texts) + "\n").encode()


def memo(*, sender: str, to: str, date: str, subject: str, paragraphs: Sequence[str]) -> bytes:
    """Return a memo as people write it into a text file."""
    head = [f"From:    {sender}", f"To:      {to}", f"Date:    {date}", f"Subject: {subject}"]
    return ("\n".join(head) + "\n\n" + "\n\n".join(paragraphs) + "\n").encode()


def checksums(files: Mapping[str, bytes]) -> bytes:
    """Return what `sha256sum` prints for the files."""
    return lines(*(f"{hashlib.sha256(data).hexdigest()}  {name}" for name, data in files.items()))
