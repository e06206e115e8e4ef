"""Pages of a PDF are drawn by another process, and whatever that does, this one goes on."""

import io
import os
import queue
import threading
import time
from pathlib import Path

import pytest
from PIL import Image

from trails.demo.files.pdf import document
from trails.demo.script import at
from trails.preview import pdf
from trails.preview.source import Held

LINES = [f"Line {number} of the minutes" for number in range(60)]
MINUTES = Held("a.pdf", document("Minutes", LINES, at("2026-11-24", "12:00")))


def test_a_page_has_a_picture_and_a_text() -> None:
    told = pdf.text(MINUTES, 2)
    assert (told.pages, "Line 59" in told.text, told.picture) == (2, True, b"")
    drawn = pdf.picture(MINUTES, 1)
    with Image.open(io.BytesIO(drawn.picture)) as image:
        assert (drawn.pages, image.format) == (2, "PNG")
        assert image.size == (told.width, told.height) == (drawn.width, drawn.height)


def test_a_page_that_is_not_there_is_not_drawn() -> None:
    with pytest.raises(pdf.NotDrawn):
        pdf.picture(MINUTES, 3)


@pytest.mark.parametrize("data", [b"%PDF-1.7\nnonsense", b"%PDF-", MINUTES.data[:300]])
def test_what_is_no_document_is_refused(data: bytes) -> None:
    with pytest.raises(pdf.NotDrawn):
        pdf.text(Held("a.pdf", data), 1)


def standing_in(tmp_path: Path, code: str) -> Path:
    """Return a program that takes the worker's place and its limits, then runs other code."""
    worker = tmp_path / "worker.py"
    path = Path(pdf.__file__).parent
    worker.write_text(
        f"import sys; sys.path.insert(0, {str(path)!r})\nimport pdf_worker\n"
        f"pdf_worker.limit()\n{code}\n",
        encoding="utf-8",
    )
    return worker


@pytest.mark.parametrize(
    "code",
    [
        "while True: pass",
        "import time; time.sleep(60)",
        "x = bytearray(2 << 30)",
        "open(__file__ + '.kept', 'wb').write(b'x' * 10); print('{}')",
        "import os; os.abort()",
        "import sys\nwhile True: sys.stdout.write('x' * 100_000)",
        "print('[' * 100_000)",
    ],
)
def test_a_worker_that_runs_wild_is_ended(
    code: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(pdf, "_WORKER", standing_in(tmp_path, code))
    monkeypatch.setattr(pdf, "PATIENCE", 3.0)
    began = time.monotonic()
    with pytest.raises(pdf.NotDrawn):
        pdf.text(MINUTES, 1)
    assert time.monotonic() - began < 10
    assert not [path for path in tmp_path.glob("*.kept") if path.stat().st_size]


def test_the_worker_knows_nothing_of_the_server(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    code = (
        "import json, os\n"
        "print(json.dumps({'pages': 1, 'text': str(os.environ), 'width': 1, 'height': 1}))"
    )
    monkeypatch.setenv("SECRET_KEY", "the-secret-of-the-server")
    monkeypatch.setattr(pdf, "_WORKER", standing_in(tmp_path, code))
    assert os.environ["SECRET_KEY"] not in pdf.text(MINUTES, 1).text


def test_a_turn_is_given_back(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(pdf, "_WAIT", 0.2)
    for _ in range(4):
        with pytest.raises(pdf.NotDrawn):
            pdf.text(Held("a.pdf", b"%PDF-"), 1)
    assert pdf.text(MINUTES, 1).pages == 2


def test_few_wait_for_a_turn_and_nobody_else_holds_a_thread(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(pdf, "_WORKER", standing_in(tmp_path, "import time; time.sleep(2)"))
    told = queue.Queue[tuple[float, str]]()

    def ask() -> None:
        began = time.monotonic()
        try:
            pdf.text(MINUTES, 1)
        except pdf.NotDrawn as error:
            told.put((time.monotonic() - began, str(error)))

    asking = [threading.Thread(target=ask) for _ in range(16)]
    for one in asking:
        one.start()
    for one in asking:
        one.join()
    at_once = [said for seconds, said in (told.get() for _ in asking) if seconds < 1]
    assert len(at_once) == 10 and all("try again" in said for said in at_once)
