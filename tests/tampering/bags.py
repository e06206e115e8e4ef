"""Harm to the bag: files, manifests and counts that do not fit one another."""

import re
from collections.abc import Callable

from tests.packages import Example
from tests.tampering.matrix import Tampered, found
from tests.tampering.pieces import LOG, after, changed, swapped, tag_manifest_fixed


@found("bag", "file-altered")
def evidence_altered(given: Example) -> Tampered:
    return given.having({LOG: changed(given.get(LOG))})


@found("bag", "file-missing")
def evidence_removed(given: Example) -> Tampered:
    return given.having({LOG: None})


@found("bag", "file-unlisted")
def a_file_added_to_data(given: Example) -> Tampered:
    return after(given, "data/user-identity/more.log", b"no", LOG)


@found("bag", "file-altered")
def the_manifest_altered(given: Example) -> Tampered:
    return given.having({"manifest-sha256.txt": changed(given.get("manifest-sha256.txt"))})


def _manifested(given: Example, change: Callable[[list[bytes]], list[bytes]]) -> Example:
    """Change the manifest's lines, and make the tag manifest fit."""
    lines = change(given.get("manifest-sha256.txt").splitlines(keepends=True))
    return tag_manifest_fixed(given.having({"manifest-sha256.txt": b"".join(lines)}))


@found("bag", "file-unlisted")
def a_line_of_the_manifest_removed(given: Example) -> Tampered:
    return _manifested(given, lambda lines: lines[1:])


@found("bag", "file-missing")
def a_line_of_the_manifest_added(given: Example) -> Tampered:
    return _manifested(given, lambda lines: [*lines, b"%s  data/x\n" % (b"0" * 64)])


@found("bag", "manifest-form")
def a_line_of_the_manifest_twice(given: Example) -> Tampered:
    return _manifested(given, lambda lines: [lines[0], *lines])


@found("bag", "manifest-form")
def a_digest_in_capital_letters(given: Example) -> Tampered:
    return _manifested(given, lambda lines: [lines[0][:64].upper() + lines[0][64:], *lines[1:]])


@found("bag", "manifest-form")
def a_manifest_without_its_last_line_end(given: Example) -> Tampered:
    return _manifested(given, lambda lines: [*lines[:-1], lines[-1].rstrip(b"\n")])


@found("bag", "manifest-form")
def a_manifest_with_windows_line_ends(given: Example) -> Tampered:
    return _manifested(given, lambda lines: [line.replace(b"\n", b"\r\n") for line in lines])


@found("bag", "file-order")
def two_lines_of_the_manifest_swapped(given: Example) -> Tampered:
    return _manifested(given, lambda lines: [lines[1], lines[0], *lines[2:]])


@found("bag", "file-missing")
def a_manifest_that_lists_itself(given: Example) -> Tampered:
    return _manifested(given, lambda lines: [*lines, b"%s  manifest-sha256.txt\n" % (b"0" * 64)])


@found("bag", "file-altered")
def the_tag_manifest_altered(given: Example) -> Tampered:
    name = "tagmanifest-sha256.txt"
    first = given.get(name)
    return given.having({name: (b"1" if first[:1] == b"0" else b"0") + first[1:]})


@found("bag", "file-unlisted")
def the_tag_manifest_emptied(given: Example) -> Tampered:
    return given.having({"tagmanifest-sha256.txt": b""})


@found("bag", "file-missing")
def the_tag_manifest_removed(given: Example) -> Tampered:
    return given.having({"tagmanifest-sha256.txt": None})


@found("bag", "file-missing")
def the_manifest_removed(given: Example) -> Tampered:
    return tag_manifest_fixed(given.having({"manifest-sha256.txt": None}))


@found("bag", "file-altered")
def bag_info_altered(given: Example) -> Tampered:
    return given.having({"bag-info.txt": given.get("bag-info.txt").replace(b"acme", b"ACME")})


@found("bag", "bag-info")
def another_count_in_bag_info(given: Example) -> Tampered:
    info = re.sub(rb"Oxum: \d+", b"Oxum: 1", given.get("bag-info.txt"))
    return tag_manifest_fixed(given.having({"bag-info.txt": info}))


@found("bag", "bag-info")
def two_counts_in_bag_info(given: Example) -> Tampered:
    info = b"Payload-Oxum: 1.1\n" + given.get("bag-info.txt")
    return tag_manifest_fixed(given.having({"bag-info.txt": info}))


@found("bag", "bag-info")
def bag_info_without_a_count(given: Example) -> Tampered:
    return tag_manifest_fixed(given.having({"bag-info.txt": b"Source-Organization: x\n"}))


@found("bag", "bag-declaration")
def another_version_of_bagit(given: Example) -> Tampered:
    declaration = given.get("bagit.txt").replace(b"1.0", b"0.97")
    return given.having({"bagit.txt": declaration}).rebagged()


@found("bag", "file-altered")
def the_readme_altered(given: Example) -> Tampered:
    return given.having({"README.txt": changed(given.get("README.txt"))})


@found("bag", "file-altered")
def the_report_altered(given: Example) -> Tampered:
    return given.having({"report.html": changed(given.get("report.html"))})


@found("", "", verdict="verified")
def the_report_altered_and_the_tag_manifest_fixed(given: Example) -> Tampered:
    # Nobody can see it: the report is not in the log. Every report of a verifier says so.
    return given.having({"report.html": b"<p>All is well"}).rebagged()


@found("bag", "file-order")
def two_files_swapped(given: Example) -> Tampered:
    return swapped(given, LOG, "data/user-identity/user-data.json")


@found("bag", "file-order")
def the_report_before_the_readme(given: Example) -> Tampered:
    return swapped(given, "README.txt", "report.html").rebagged()


@found("bag", "file-order")
def a_tag_file_that_does_not_belong_here(given: Example) -> Tampered:
    return after(given, "fetch.txt", b"", "report.html").rebagged()


@found("bag", "file-order")
def a_file_right_below_data(given: Example) -> Tampered:
    return after(given, "data/loose", b"no", "data/").rebagged()


@found("bag", "file-order")
def a_file_too_deep_in_data(given: Example) -> Tampered:
    return after(given, "data/user-identity/a/b", b"no", LOG).rebagged()


@found("bag", "file-order")
def a_directory_without_its_entry(given: Example) -> Tampered:
    return given.having({"data/user-identity.2/": None})


@found("bag", "file-order")
def a_directory_of_proofs(given: Example) -> Tampered:
    return after(given, "proof/", b"", "report.html")
