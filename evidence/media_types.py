"""The media type that a file name suggests. Pure, and the same on every machine.

What a reporter claims of its bytes is never used, and nothing is rendered on the strength of it.
"""

import mimetypes

# Python's own table without the machine's: what is recorded must not depend on /etc/mime.types.
_TYPES = mimetypes.MimeTypes(filenames=())
for _suffix, _type in {
    ".log": "text/plain",
    ".md": "text/markdown",
    ".yaml": "application/yaml",
    ".yml": "application/yaml",
    ".jsonl": "application/jsonl",
    ".tgz": "application/gzip",
    ".age": "application/age",
    ".cast": "application/x-asciicast",
}.items():
    _TYPES.add_type(_type, _suffix)
_TYPES.suffix_map.pop(".tgz", None)
_COMPRESSIONS = {
    "gzip": "application/gzip",
    "bzip2": "application/x-bzip2",
    "xz": "application/x-xz",
    "br": "application/octet-stream",
    "compress": "application/octet-stream",
}


def guess(name: str) -> str:
    """Return the media type of a name; `application/octet-stream` when nothing is known."""
    media_type, compression = _TYPES.guess_type(name)
    if compression is not None:
        return _COMPRESSIONS.get(compression, "application/octet-stream")
    return media_type or "application/octet-stream"
