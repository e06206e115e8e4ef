"""Packages of gigabytes and of very many files, verified in a browser, in little memory."""

import hashlib
import re
import zlib
from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser, expect

from evidence.package.bag import Directory, Payload, pack
from tests.journeys.chromium import CHROMIUM
from tests.journeys.verifier import kept, started
from tests.packages import Attested, example

pytestmark = pytest.mark.skipif(not CHROMIUM, reason="There is no chromium here.")

ZEROS = bytes(1 << 20)


@pytest.fixture(scope="module")
def chromium() -> Iterator[Browser]:
    with started() as one:
        yield one


@pytest.mark.soak
def test_a_package_of_more_files_than_a_plain_zip_can_count(
    chromium: Browser, tmp_path: Path
) -> None:
    many = [(f"{number:05}", b"") for number in range(66_000)]
    package = example(attestations=[Attested("many", many, is_listed=True)])
    (tmp_path / "run-1.zip").write_bytes(package.data)
    page = kept(chromium, tmp_path).page
    page.get_by_label("The key that you trust").fill(package.vkey)
    page.get_by_label("Drop a package here").set_input_files(tmp_path / "run-1.zip")
    expect(page.get_by_role("heading", name="Verified")).to_be_visible(timeout=60_000)
    expect(page.get_by_text("1 attestation, 66,001 files in data/")).to_be_visible()


@pytest.mark.soak
def test_a_file_of_more_than_four_gigabytes_needs_little_memory(
    chromium: Browser, tmp_path: Path
) -> None:
    write_sparse(tmp_path / "large.zip", (1 << 32) + 5)
    page = kept(chromium, tmp_path).page
    before = resident(chromium)
    page.get_by_label("Drop a package here").set_input_files(tmp_path / "large.zip")
    highest = 0
    for _ in range(1200):
        page.wait_for_timeout(250)  # not asleep: the page goes on only while Playwright listens
        highest = max(highest, resident(chromium))
        if page.locator("#verdict").is_visible():
            break
    # The package has no proofs: whole and unaltered, but unproven.
    expect(page.get_by_role("heading", name="Unproven")).to_be_visible()
    assert page.locator("[data-check=bag]").get_attribute("class") == "check-passed"
    assert highest - before < 400 << 20, f"{(highest - before) >> 20} MiB more"


def write_sparse(file: Path, size: int) -> None:
    """Write a package whose one file is `size` zeros, which take no room on the disk."""
    sha256, crc32 = hashlib.sha256(), 0
    for _ in range(size // len(ZEROS)):
        sha256.update(ZEROS)
        crc32 = zlib.crc32(ZEROS, crc32)
    rest = bytes(size % len(ZEROS))
    sha256.update(rest)
    crc32 = zlib.crc32(rest, crc32)

    def read(start: int, stop: int) -> Iterator[bytes]:
        for at in range(start, stop, len(ZEROS)):
            yield ZEROS[: stop - at]

    package = pack(
        root="run-1",
        directories=[
            Directory("dump", [Payload("dump.bin", size, crc32, sha256.hexdigest(), read)])
        ],
        info=[],
        readme=b"",
        report=b"",
    )
    with file.open("wb") as target:
        for chunk in package.archive.read():
            if chunk.strip(b"\0"):
                target.write(chunk)
            else:
                target.seek(len(chunk), 1)
        target.truncate()


def resident(browser: Browser) -> int:
    """Return the bytes of memory that the browser's own pages take at present."""
    session = browser.new_browser_cdp_session()
    processes = session.send("SystemInfo.getProcessInfo")["processInfo"]
    session.detach()
    sizes = []
    for process in processes:
        status = Path(f"/proc/{process['id']}/status").read_text(encoding="utf-8")
        if process["type"] == "renderer":
            sizes += [int(kib) << 10 for kib in re.findall(r"RssAnon:\s+(\d+)", status)]
    return sum(sizes)
