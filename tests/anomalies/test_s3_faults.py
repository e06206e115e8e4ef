"""The store of the vault fails in every way it can, and a real server and its clients live on.

Nothing that was acknowledged is lost, nothing half is seen, each client is told to try again, and
does so with success once the store is well.
"""

import hashlib
import itertools
import json
import os
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass

import pytest

from tests.anomalies.aftermath import leftovers, orphans
from tests.anomalies.dialects import DIALECTS, PAGE, Answer, Dialect, call, make_credentials
from tests.anomalies.ledger_aftermath import check_with_fsck
from tests.anomalies.reporters import TRAIL
from tests.faulty_store import AWAY, HARMLESS, READING, WRITING, FaultyStore, faulty
from tests.plugins.leftovers import Leftovers
from tests.plugins.s3 import S3
from tests.plugins.server import Server
from tests.plugins.servers import standing
from tests.plugins.template import Template

LARGE = 40 << 20  # bytes: ten pieces of one download
_numbers = itertools.count(1)


@dataclass(frozen=True)
class Site:
    """A server whose vault is behind a store with faults, and who reports to it."""

    server: Server
    store: FaultyStore
    credentials: dict[str, str]

    def begin(self) -> str:
        """Begin a workflow; return its id."""
        id = f"run-{next(_numbers)}"
        answer = self.ask(f"{TRAIL}/{id}", "PUT", b"{}")
        assert answer.status == 201, answer.text
        return id

    def ask(self, path: str, method: str = "GET", body: bytes | None = None) -> Answer:
        """Ask the API, or a page, as whoever may see it."""
        headers = {"Authorization": f"Bearer {self.credentials['api']}"}
        if body is not None:
            headers["Content_Type"] = "application/json"
        return call(self.server, method, path, body, **headers)

    def report(self, dialect: type[Dialect], data: bytes) -> Dialect:
        """Return a report of bytes in a workflow of its own; it is not sent."""
        return dialect(self.server, self.credentials[dialect.name], self.begin(), data)

    def numbers(self, workflow: str) -> list[int]:
        """Return the numbers of the attestations that a workflow has."""
        query = (
            "SELECT a.number FROM trails_attestation a JOIN trails_workflow w "  # noqa: S608
            f"ON w.id = a.workflow_id WHERE w.name = '{workflow}'"
        )
        return [number for (number,) in self.server.sql(query)]

    def held(self) -> int:
        """Return how many files forms hold in the staging area."""
        return int(self.server.sql("SELECT count(*) FROM trails_heldfile")[0][0])

    def named(self, data: bytes) -> bool:
        """Tell whether a row names these bytes."""
        sha256 = hashlib.sha256(data).hexdigest()
        return bool(
            self.server.sql(f"SELECT 1 FROM evidence_blob WHERE sha256 = '{sha256}'")  # noqa: S608
        )


@pytest.fixture(scope="module")
def site(server_template: Template, server_leftovers: Leftovers, s3: S3) -> Iterator[Site]:
    with faulty(s3) as store:
        url = s3.url(s3.make_bucket(lock=False), endpoint=store.endpoint)
        environment = {**s3.environment(url), "LOG_LEVEL": "ERROR"}
        app = "tests.anomalies.hasty_wsgi:application"
        with standing(
            server_template, server_leftovers, "faults", app=app, **environment
        ) as server:
            yield Site(server, store, make_credentials(server.start()))


@pytest.mark.parametrize("fault", AWAY | WRITING)
def test_a_report_is_refused_in_words_and_recorded_once_when_sent_again(
    site: Site, fault: str
) -> None:
    data = {dialect: os.urandom(5000) for dialect in DIALECTS}
    reports = [site.report(dialect, data[dialect]) for dialect in DIALECTS]
    held = site.held()
    with ThreadPoolExecutor(len(reports)) as at_once:
        with site.store.failing(fault):
            refused = list(at_once.map(lambda report: report.send(), reports))
        for report, answer in zip(reports, refused, strict=True):
            assert answer.says_to_try_again, (report.name, answer.status, answer.text)
            assert site.store.endpoint not in answer.text
            assert site.numbers(report.workflow) == []
        assert not any(site.named(bytes_) for bytes_ in data.values())
        # The form holds its file, so that nobody has to choose it again; all else is gone.
        assert site.held() == len(leftovers(site.server)) == held + 1

        for _ in range(2):
            recorded = list(at_once.map(lambda report: report.send(), reports))
            for report, answer in zip(reports, recorded, strict=True):
                assert report.is_recorded_by(answer), (report.name, answer.status, answer.text)
                assert site.numbers(report.workflow) == [1]
    assert site.held() == len(leftovers(site.server)) == held
    for report in reports:
        assert downloaded(site, report.workflow) == list(report.files.values())


@pytest.mark.parametrize("fault", HARMLESS)
def test_a_fault_that_is_none_is_not_told(site: Site, fault: str) -> None:
    reports = [site.report(dialect, os.urandom(5000)) for dialect in DIALECTS]
    with site.store.failing(fault):
        for report in reports:
            answer = report.send()
            assert report.is_recorded_by(answer), (report.name, answer.status, answer.text)
    for report in reports:
        assert downloaded(site, report.workflow) == list(report.files.values())


def files_of(site: Site, workflow: str) -> list[str]:
    """Return the paths of a workflow's files on this server."""
    said = site.ask(f"{TRAIL}/{workflow}/attestations")
    assert said.status == 200, said.text
    rows = json.loads(said.body)["attestations"]
    urls = [file["url"] for row in rows for file in row["evidence"]]
    return [url.removeprefix(site.server.url) for url in urls]


def downloaded(site: Site, workflow: str) -> list[bytes]:
    """Return the files of a workflow as the server gives them out."""
    return [site.ask(path).body for path in files_of(site, workflow)]


def page_of(site: Site, workflow: str) -> str:
    """Return the address of the page that shows the one file of a workflow."""
    (path,) = files_of(site, workflow)
    attestation, _, evidence = path.rpartition("/attestations/")[2].partition("/evidence/")
    return f"{PAGE}/{workflow}/{attestation}/evidence/{evidence}/"


@pytest.fixture(scope="module")
def kept(site: Site) -> tuple[str, bytes]:
    """A workflow with one small file, which is well in the vault, and the file."""
    report = site.report(DIALECTS[0], b"$ uptime\n" * 4000)
    assert report.is_recorded_by(report.send())
    return report.workflow, report.files["session.log"]


@pytest.mark.parametrize("fault", AWAY | READING)
def test_what_cannot_be_read_is_refused_before_it_begins(
    site: Site, kept: tuple[str, bytes], fault: str
) -> None:
    workflow, data = kept
    (file,) = files_of(site, workflow)
    page = page_of(site, workflow)
    with site.store.failing(fault):
        for path in (file, page, page + "raw"):
            answer = site.ask(path)
            assert answer.says_to_try_again, (path, answer.status, answer.text[:300])
            assert site.store.endpoint not in answer.text
        # Its first bytes are none of the vault's, so that it has begun when the vault fails.
        package = site.ask(f"{TRAIL}/{workflow}/package")
        assert package.says_to_try_again or len(package.body) < package.announced
        # What needs no file is there.
        assert site.ask(f"{PAGE}/{workflow}/").status == 200
    assert site.ask(file).body == site.ask(page + "raw").body == data
    assert site.ask(page).status == 200
    package = site.ask(f"{TRAIL}/{workflow}/package")
    assert len(package.body) == package.announced


@pytest.mark.parametrize("fault", ["error", "cut download", "expired"])
def test_a_download_that_breaks_off_is_seen_to_be_short_and_goes_on(site: Site, fault: str) -> None:
    data = os.urandom(LARGE)
    report = site.report(DIALECTS[0], data)
    assert report.is_recorded_by(report.send())
    (file,) = files_of(site, report.workflow)
    # Four pieces are asked for at once, and arrive in any order: the first of all is to be had.
    with site.store.failing(fault, after=5):
        short = site.ask(file)
    assert (short.status, short.announced) == (200, LARGE)
    assert 0 < len(short.body) < LARGE
    rest = call(
        site.server,
        "GET",
        file,
        Authorization=f"Bearer {site.credentials['api']}",
        Range=f"bytes={len(short.body)}-",
        If_Range=short.headers["ETag"],
    )
    assert rest.status == 206
    assert short.body + rest.body == data


@pytest.mark.parametrize("fault", ["error", "expired"])
def test_commands_say_that_the_store_is_away_and_touch_nothing(
    site: Site, kept: tuple[str, bytes], fault: str
) -> None:
    sha256 = hashlib.sha256(b"nobody names this").hexdigest()
    orphan = f"blobs/sha256/{sha256[:2]}/{sha256[2:4]}/{sha256}"
    site.server.vault.write(orphan, b"nobody names this")
    before = site.server.vault.names()
    sweep = ("sweep", "--older-than-hours", "0", "--force")
    with site.store.failing(fault):
        for command in (sweep, ("scrub", "--all")):
            done = site.server.manage(*command)
            assert done.returncode != 0
            assert "The store of the vault" in done.stderr and "Traceback" not in done.stderr
    assert site.server.vault.names() == before
    assert sha256 in orphans(site.server)
    for command in (sweep, ("scrub", "--all")):
        done = site.server.manage(*command)
        assert done.returncode == 0, done.stdout + done.stderr
    assert orphans(site.server) == set()
    assert downloaded(site, kept[0]) == [kept[1]]


def test_nothing_is_wrong_after_all_of_it(site: Site) -> None:
    report = site.report(DIALECTS[0], os.urandom(5000))
    assert report.is_recorded_by(report.send())
    check_with_fsck(site.server)
