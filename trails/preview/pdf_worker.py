"""Draws one page of a PDF, in a process of its own that can do nothing else. A program.

Threat. PDF readers are large, written in C, and read what strangers wrote. This process is given
the bytes on its standard input and an empty environment, takes limits of memory, time and files
upon itself before it reads the first of them, and answers on its standard output. If it is taken
over, it knows no key and no address; if it hangs or grows, the system ends it.

Not for importing: `trails.preview.pdf` starts it by its path.
"""

import io
import json
import math
import resource
import sys

import pypdfium2
from PIL import Image as _Image  # pypdfium2 needs it, and it must be loaded before the limits

MEMORY = 1 << 30
SECONDS = 10
WIDTH = 1400  # pixels of a page's picture
HEIGHT = 2000
TEXT = 20_000  # characters


def limit() -> None:
    """Give up what is not needed to draw."""
    _Image.preinit()
    resource.setrlimit(resource.RLIMIT_AS, (MEMORY, MEMORY))
    resource.setrlimit(resource.RLIMIT_CPU, (SECONDS, SECONDS))
    resource.setrlimit(resource.RLIMIT_FSIZE, (0, 0))
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    resource.setrlimit(resource.RLIMIT_NPROC, (0, 0))
    resource.setrlimit(resource.RLIMIT_NOFILE, (16, 16))


def draw(data: bytes, number: int, *, picture: bool) -> bytes:
    """Return a line of JSON that tells of the document, then the picture of a page, if wanted."""
    document = pypdfium2.PdfDocument(data)
    pages = len(document)
    said: dict[str, object] = {"pages": pages, "text": "", "width": 0, "height": 0}
    image = b""
    if 1 <= number <= pages:
        page = document[number - 1]
        width, height = page.get_size()
        scale = min(WIDTH / max(width, 1), HEIGHT / max(height, 1), 4)
        said |= {"width": math.ceil(width * scale), "height": math.ceil(height * scale)}
        if picture:
            out = io.BytesIO()
            page.render(scale=scale).to_pil().convert("RGB").save(out, "PNG")
            image = out.getvalue()
        else:
            said["text"] = page.get_textpage().get_text_bounded()[:TEXT]
    return json.dumps(said).encode() + b"\n" + image


if __name__ == "__main__":
    limit()
    sys.stdout.buffer.write(
        draw(sys.stdin.buffer.read(), int(sys.argv[1]), picture=sys.argv[2] == "picture")
    )
