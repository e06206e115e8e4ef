"""Harm to the zip: what no other reader may see in another way."""

import io
import warnings
import zipfile

from tests.packages import Example, example, zipped
from tests.tampering.matrix import Tampered, found
from tests.tampering.pieces import (
    LOG,
    after,
    patched,
)


@found("zip", "not-a-zip")
def text_instead_of_a_zip(given: Example) -> Tampered:
    return b"This is not a package, although it is long enough to be one.\n"


@found("zip", "not-a-zip")
def an_empty_file(given: Example) -> Tampered:
    return b""


@found("zip", "zip-layout")
def cut_off_in_the_middle(given: Example) -> Tampered:
    return given.data[: len(given.data) // 2]


@found("zip", "zip-layout")
def another_zip_appended(given: Example) -> Tampered:
    return given.data + example(workflow="run-2").data


@found("zip", "zip-layout")
def another_zip_prepended(given: Example) -> Tampered:
    return example(workflow="run-2").data + given.data


@found("zip", "zip-layout")
def one_byte_prepended(given: Example) -> Tampered:
    return b"\x00" + given.data


@found("zip", "zip-layout")
def one_byte_appended(given: Example) -> Tampered:
    return given.data + b"\x00"


@found("zip", "zip-layout")
def a_zip_comment(given: Example) -> Tampered:
    return given.data[:-2] + b"\x04\x00note"


def _by_another_writer(given: Example, deflated: str = "", twice: str = "") -> bytes:
    target = io.BytesIO()
    with zipfile.ZipFile(target, "w") as archive, warnings.catch_warnings(action="ignore"):
        for name, data in given.parts.items():
            is_deflated = name == given.path(deflated)
            for _ in range(2 if name == given.path(twice) else 1):
                entry = zipfile.ZipInfo(name)
                entry.external_attr = 0o40755 << 16 | 0x10 if name.endswith("/") else 0o100644 << 16
                method = zipfile.ZIP_DEFLATED if is_deflated else zipfile.ZIP_STORED
                archive.writestr(entry, data, compress_type=method)
    return target.getvalue()


@found("zip", "zip-layout")
def a_member_deflated(given: Example) -> Tampered:
    return _by_another_writer(given, deflated="data/many/evidence-list.json")


@found("zip", "name-twice")
def a_name_twice(given: Example) -> Tampered:
    return _by_another_writer(given, twice=LOG)


@found("zip", "name-twice")
def a_name_twice_in_another_case(given: Example) -> Tampered:
    return after(given, "data/user-identity/SESSION.log", b"no", LOG).rebagged()


@found("zip", "name-twice")
def a_name_twice_in_another_composition(given: Example) -> Tampered:
    mail = "data/user-identity/Freigabe für Jörg (2).eml"
    return after(given, mail.replace("ü", "u\u0308"), b"no", mail).rebagged()


@found("zip", "zip-layout")
def a_name_that_is_too_long(given: Example) -> Tampered:
    return after(given, "data/user-identity/" + "a" * 1000, b"no", LOG).rebagged()


@found("zip", "name-unsafe")
def a_name_that_climbs_out(given: Example) -> Tampered:
    return after(given, "data/user-identity/../../../evil", b"no", LOG).rebagged()


@found("zip", "name-unsafe")
def an_absolute_name(given: Example) -> Tampered:
    return zipped({**given.parts, "/etc/cron.d/evil": b"no"})


@found("zip", "name-unsafe")
def a_name_with_a_backslash(given: Example) -> Tampered:
    return after(given, "data/user-identity/..\\evil", b"no", LOG).rebagged()


@found("zip", "name-unsafe")
def a_name_with_a_line_break(given: Example) -> Tampered:
    return after(given, "data/user-identity/a\nb", b"no", LOG).rebagged()


@found("zip", "name-unsafe")
def a_name_that_reads_backwards(given: Example) -> Tampered:
    return after(given, "data/user-identity/a\u202egpj.exe", b"no", LOG).rebagged()


@found("zip", "name-unsafe")
def a_name_with_a_drive(given: Example) -> Tampered:
    return after(given, "data/user-identity/C:evil", b"no", LOG).rebagged()


@found("zip", "name-unsafe")
def an_empty_component(given: Example) -> Tampered:
    return after(given, "data/user-identity//evil", b"no", LOG).rebagged()


@found("zip", "name-unsafe")
def a_file_beside_the_root(given: Example) -> Tampered:
    return zipped({**given.parts, "other/evil": b"no"})


@found("zip", "crc")
def a_byte_of_evidence_flipped_in_place(given: Example) -> Tampered:
    return given.data.replace(b"$ whoami\r\nroot", b"$ whoami\r\nzoot")


@found("zip", "zip-layout")
def the_date_of_a_member_changed(given: Example) -> Tampered:
    # Dates stand 12 bytes into a local header and 14 into a central one: both are changed.
    data = given.data
    name = given.path(LOG).encode()
    local = data.index(name) - 30
    central = data.rindex(name) - 46
    return patched(patched(data, local + 12, b"\x22\x00"), central + 14, b"\x22\x00")


@found("zip", "zip-layout")
def an_encrypted_member(given: Example) -> Tampered:
    data, name = given.data, given.path(LOG).encode()
    data = patched(data, data.index(name) - 30 + 6, b"\x01")
    return patched(data, data.rindex(name) - 46 + 8, b"\x01")


@found("zip", "zip-layout")
def a_local_header_with_another_name(given: Example) -> Tampered:
    return given.data.replace(given.path(LOG).encode(), given.path(LOG.upper()).encode(), 1)


@found("zip", "zip-layout")
def a_local_header_with_another_size(given: Example) -> Tampered:
    data = given.data
    return patched(data, data.index(given.path(LOG).encode()) - 30 + 22, b"\x01")


@found("zip", "zip-layout")
def a_central_header_with_another_mode(given: Example) -> Tampered:
    data = given.data
    return patched(data, data.rindex(given.path(LOG).encode()) - 46 + 41, b"\xa1")  # a link


@found("zip", "zip-layout")
def a_central_header_with_another_offset(given: Example) -> Tampered:
    data = given.data
    return patched(data, data.rindex(given.path(LOG).encode()) - 46 + 42, b"\x00\x00\x00\x00")


@found("zip", "zip-layout")
def a_gap_before_the_directory(given: Example) -> Tampered:
    data = given.data
    directory = int.from_bytes(data[-6:-2], "little")
    data = data[:directory] + b"PK" + data[directory:]
    return patched(data, len(data) - 6, (directory + 2).to_bytes(4, "little"))


@found("zip", "zip-layout")
def a_member_left_out_of_the_directory(given: Example) -> Tampered:
    data = given.data
    last = data.rindex(b"PK\x01\x02")
    size, count = len(data) - 22 - last, len(given.parts) - 1
    end = data[-22:]
    end = patched(end, 8, count.to_bytes(2, "little") * 2)
    end = patched(end, 12, (int.from_bytes(end[12:16], "little") - size).to_bytes(4, "little"))
    return data[:last] + end
