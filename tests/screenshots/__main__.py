"""The command: `python -m tests.screenshots [--only NAME …] [--into FOLDER]`.

Makes the demo in a temporary folder, serves it, and takes a picture of every page of the gallery as
everybody who sees it: light and dark, wide and narrow, and on paper. Asserts nothing.
"""

import argparse
import os
import secrets
import sys
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from html import escape
from pathlib import Path
from typing import Any

import pypdfium2

from evidence.ledger.note import new_private_key
from tests.journeys.chromium import launched
from tests.journeys.gallery import PAGES, Page
from tests.journeys.site import Site, demo_site
from tests.plugins import engines
from tests.plugins.leftovers import Leftovers
from tests.plugins.server import Server
from tests.plugins.template import Template

SCHEMES: tuple[Any, ...] = ("light", "dark")
WIDTHS = (1280, 360)
INDEX = "index.html"


@contextmanager
def served() -> Iterator[Site]:
    """Give the demo on a server of its own, and leave nothing of it behind."""
    leftovers = Leftovers()
    try:
        folder = Path(tempfile.mkdtemp(prefix="trailkeeper-screenshots-"))
        leftovers.folder(folder)
        os.environ |= {
            engines.FOLDER: str(folder),
            "SECRET_KEY": secrets.token_urlsafe(48),
            "LOG_KEY": new_private_key(),
        }
        for name in ("SECRET_KEY_FILE", "LOG_KEY_FILE"):
            os.environ.pop(name, None)
        engines.set_environment("sqlite")
        template = Template(folder / "template", None)
        (folder / "site").mkdir()
        server = Server(
            folder / "site",
            template.copy(folder / "site" / "data", "site"),
            leftovers,
            workers=1,
            threads=16,
            app="config.wsgi:application",
            environment={},
        )
        try:
            yield demo_site(server)
        finally:
            server.dispose()
    finally:
        leftovers.close()


def take(site: Site, pages: list[Page], folder: Path) -> dict[str, list[str]]:
    """Take the pictures; return the names of the files by page and person."""
    taken: dict[str, list[str]] = {}
    with launched() as browser:
        for scheme in SCHEMES:
            for role in sorted({role for page in pages for role in page.seen_by}):
                window = site.window(browser, role, color_scheme=scheme, reduced_motion="reduce")
                for page in (page for page in pages if role in page.seen_by):
                    window.open(site.address(page))
                    files = taken.setdefault(f"{page.name}-{role}", [])
                    for width in WIDTHS:
                        window.page.set_viewport_size({"width": width, "height": 800})
                        files.append(f"{page.name}-{role}-{scheme}-{width}.png")
                        window.page.screenshot(path=folder / files[-1], full_page=True)
                    if page.printed and scheme == "light":
                        files.append(f"{page.name}-{role}-print.pdf")
                        window.page.pdf(path=folder / files[-1], format="A4")
                        files += _sheets(folder, files[-1])
                window.page.context.close()
    return taken


def _sheets(folder: Path, pdf: str) -> list[str]:
    """Draw the first sheets of a printed page; return the names of the pictures."""
    names = []
    document = pypdfium2.PdfDocument(folder / pdf)
    for number in range(min(len(document), 3)):
        names.append(f"{pdf.removesuffix('.pdf')}-{number + 1}.png")
        document[number].render(scale=1.3).to_pil().save(folder / names[-1])
    document.close()
    return names


def index(taken: dict[str, list[str]]) -> str:
    """Return a page that shows the pictures side by side."""
    rows = []
    for name, files in taken.items():
        shown = "".join(
            f'<a href="{escape(file)}"><img src="{escape(file)}" alt="{escape(file)}" height="400">'
            f"</a>\n"
            if file.endswith(".png")
            else f'<a href="{escape(file)}">{escape(file)}</a>\n'
            for file in files
        )
        rows.append(f"<h2>{escape(name)}</h2>\n{shown}")
    return "<!doctype html><title>Every page</title>\n<h1>Every page</h1>\n" + "\n".join(rows)


def main() -> int:
    """Take the pictures and say where they are."""
    parser = argparse.ArgumentParser(prog="python -m tests.screenshots", description=__doc__)
    parser.add_argument("--only", nargs="+", metavar="NAME", help="pages of the gallery")
    parser.add_argument("--into", type=Path, default=Path("screenshots"), metavar="FOLDER")
    options = parser.parse_args()
    pages = [page for page in PAGES if not options.only or page.name in options.only]
    options.into.mkdir(parents=True, exist_ok=True)
    with served() as site:
        taken = take(site, pages, options.into)
    (options.into / INDEX).write_text(index(taken), encoding="utf-8")
    pictures = sum(len(files) for files in taken.values())
    sys.stdout.write(f"{pictures} pictures of {len(pages)} pages: {options.into / INDEX}\n")
    return 0


if __name__ == "__main__":
    raise SystemExit(main())
