"""The report inside a package: self-contained, escaped, the same every time, and fast."""

import re
import time
from urllib.parse import unquote

from django.template.loader import render_to_string

from tests.plugins.world import World
from trails.models import Workflow
from trails.packages import package_of
from trails.state import judge


def report_of(workflow: Workflow) -> str:
    [member] = [m for m in package_of(workflow).archive.members if m.name.endswith("/report.html")]
    assert member.read is not None
    return b"".join(member.read(0, member.size)).decode()


def test_it_links_to_the_files_beside_it_and_to_nothing_else(world: World) -> None:
    run = world.begin()
    world.attest(run, files={"ü #1 & co.txt": b"a"}, user_data='{"a":1}')
    world.attest(run, files={"b.txt": b"b"}, is_compliant=False)
    text = report_of(run)
    links = [unquote(link) for link in re.findall(r'href="([^"#][^"]*)"', text)]
    assert links == [
        "data/user-identity/ü #1 & co.txt",
        "data/user-identity/user-data.json",
        "data/user-identity.2/b.txt",
    ]
    names = [m.name for m in package_of(run).archive.members]
    assert all(f"run-1/{link}" in names for link in links)
    assert not re.search(r"<script|<link|<img|src=|url\(|@import|https?://(?!testserver)", text)


def test_it_escapes_what_strangers_wrote(world: World) -> None:
    run = world.begin(description="<script>alert(1)</script>\u202e")
    world.attest(run, step="<b>bold<b>", description="<i>it</i>")
    text = report_of(run)
    assert not re.search(r"<script|<b>|<i>|\u202e", text)
    assert "&lt;script&gt;alert(1)&lt;/script&gt;" in text


def test_it_says_what_the_page_says_with_times_that_do_not_move(world: World) -> None:
    run = world.begin()
    first = world.attest(run, is_compliant=False)
    world.attest(run, is_compliant=True)
    text = report_of(run)
    assert text.count("superseded by a later attestation") == 1
    assert first.at.strftime("%Y-%m-%d %H:%M:%S UTC") in text
    assert first.record.sha256 in text
    assert "<code>command-logs</code> has not been attested." in text
    assert " ago" not in text
    assert report_of(run) == text


def test_a_thousand_attestations_are_written_fast(world: World) -> None:
    run = world.begin()
    attestation = world.attest(run)
    file = {"name": "a.txt", "size": 1, "sha256": "0" * 64}
    entry = {"directory": "user-identity", "files": [file] * 3, "more": 0, "superseded": True}
    context = {
        "workflow": run,
        "trail": run.trail,
        "organization": run.trail.organization,
        "version": run.version,
        "verdict": judge(run.version.template, []),
        "entries": [entry | {"attestation": attestation}] * 1000,
        "public_url": "http://testserver",
        "files": 3000,
    }
    render_to_string("package/report.html", context)  # compiles the template
    begun = time.process_time()
    assert render_to_string("package/report.html", context).count("<article") == 1000
    took = time.process_time() - begun
    assert took < 0.5, f"{took:.2f} s"
