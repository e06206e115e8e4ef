"""Check `bag`: the package is a BagIt 1.0 bag, in the form in which we write one (RFC 8493).

Everything here can be written again by whoever alters a file: a bag finds damage, not deceit.
"""

import re

from evidence.package import bag, proofs
from evidence.package.contents import DATA, Contents
from evidence.package.report import Check
from evidence.package.unzip import Entry

_INFO_LIMIT = 1 << 20
_LINE_LIMIT = 70_000  # bytes: a digest, and the longest name that a zip can hold
_MANIFEST_LINE = re.compile(rb"([0-9a-f]{64})  ([^\r\n]+)\n")
_INFO_LINE = re.compile(r"[A-Za-z][A-Za-z0-9-]*: [^\r\n]*\n")


def check(contents: Contents, found: Check) -> None:
    """Check the declaration, the counts, the order of the files, and both manifests."""
    for path in bag.FIRST:
        if path not in contents.tags:
            found.fail("file-missing", path, f"Every package has a file {path}; this one has not.")
    declaration = contents.tag("bagit.txt", len(bag.DECLARATION))
    if declaration not in (None, bag.DECLARATION):
        found.fail("bag-declaration", "bagit.txt", "The file does not declare BagIt 1.0 in UTF-8.")
    size = sum(entry.size for entry in contents.payload)
    check_info(contents, size, len(contents.payload), found)
    _check_order(contents, found)
    tags = [entry for path, entry in contents.tags.items() if path != bag.TAG_MANIFEST]
    _check_manifest(contents, bag.MANIFEST, contents.payload, found)
    _check_manifest(contents, bag.TAG_MANIFEST, [e for e in tags if e.path[-1] != "/"], found)


def check_info(contents: Contents, size: int, files: int, found: Check) -> None:
    """Check the lines about a bag, of which the last one counts what is in `data/`."""
    data = contents.tag("bag-info.txt", _INFO_LIMIT)
    if data is None:
        return
    oxum = f"{size}.{files}"
    try:
        lines = data.decode("utf-8").splitlines(keepends=True)
    except UnicodeDecodeError:
        lines = []
    counts = [line for line in lines if line.casefold().startswith("payload-oxum:")]
    if counts != [f"Payload-Oxum: {oxum}\n"] or lines[-1:] != counts:
        found.fail(
            "bag-info",
            "bag-info.txt",
            f"The file must end with one count of what is in data/: 'Payload-Oxum: {oxum}'.",
        )
    elif len(data) > _INFO_LIMIT or not all(map(_INFO_LINE.fullmatch, lines)):
        found.fail("bag-info", "bag-info.txt", "A line of the file is not a label with its value.")


def _check_order(contents: Contents, found: Check) -> None:
    """Check that the files come as the writer lays them out, and that none is of another kind."""
    last, current = 0, None
    for entry in contents.entries:
        place, directory = _place(entry.path), _directory(entry.path)
        if place is None:
            found.fail("file-order", entry.path, "No file of a package is at this path.")
        elif place < last:
            found.fail("file-order", entry.path, "This file stands behind what it comes before.")
        elif entry.path.endswith("/"):
            last, current = place, directory
        elif directory != current:
            found.fail("file-order", entry.path, "This file does not stand in its directory.")
        else:
            last = place
    if last < len(bag.FIRST) + 1:
        found.fail("file-order", DATA, "The directory of the evidence is missing.")


def _place(path: str) -> int | None:
    """Return the part of a package that a path belongs to, by its number, or None for no part."""
    first, *rest = path.split("/")
    if path in bag.FIRST:
        return bag.FIRST.index(path)
    if first == proofs.DIRECTORY and len(rest) == 1 and rest[0]:
        return len(bag.FIRST)
    if path == DATA:
        return len(bag.FIRST) + 1
    if first == "data" and len(rest) == 2:
        return len(bag.FIRST) + 2
    return None


def _directory(path: str) -> str | None:
    """Return the directory of an attestation that a path names or is in."""
    parts = path.split("/")
    return parts[1] if parts[0] == "data" and len(parts) == 3 else None


def _check_manifest(contents: Contents, manifest: str, expected: list[Entry], found: Check) -> None:
    """Check that a manifest lists exactly the expected files in their order, and their digests."""
    if manifest not in contents.tags:
        return
    unlisted = {entry.path: entry for entry in expected}
    listed: set[str] = set()
    last = -1
    for line in contents.lines(contents.tags[manifest], _LINE_LIMIT):
        match = _MANIFEST_LINE.fullmatch(line)
        path = match[2].decode(errors="replace") if match else ""
        if match is None or path in listed:
            text = line[:300].decode(errors="replace").rstrip("\n")
            found.fail("manifest-form", text, f"A line of {manifest} is malformed, or there twice.")
        elif path not in unlisted:
            found.fail("file-missing", path, f"{manifest} lists this file, and it is not there.")
        else:
            entry = unlisted.pop(path)
            listed.add(path)
            if entry.sha256 != bytes.fromhex(match[1].decode()):
                found.fail(
                    "file-altered",
                    path,
                    f"The SHA-256 of this file is {entry.sha256.hex()}, not what {manifest} says.",
                )
            if entry.start < last:
                found.fail("file-order", path, f"{manifest} lists this file at another place.")
            last = max(last, entry.start)
    for path in unlisted:
        found.fail("file-unlisted", path, f"This file is there, and {manifest} does not list it.")
