"""A `.tgz` that is the same on each run: fixed times, owners and modes. Pure."""

import datetime
import gzip
import io
import tarfile
from collections.abc import Mapping


def tgz(files: Mapping[str, bytes], at: datetime.datetime) -> bytes:
    """Return the files as a gzipped tar whose members all carry the one moment given."""
    out = io.BytesIO()
    with tarfile.open(fileobj=out, mode="w", format=tarfile.USTAR_FORMAT) as tar:
        for name, data in files.items():
            member = tarfile.TarInfo(name)
            member.size = len(data)
            member.mtime = int(at.timestamp())
            member.mode = 0o644
            tar.addfile(member, io.BytesIO(data))
    return gzip.compress(out.getvalue(), mtime=0)
