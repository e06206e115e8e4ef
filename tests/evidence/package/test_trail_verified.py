"""Packages of trails that must be verified, and altered ones that must not be."""

import io
import zipfile
from collections.abc import Callable
from pathlib import Path

import pytest

from evidence.package.report import Report, Verdict
from evidence.package.told import told
from evidence.package.verify import verify
from evidence.package.zip import Archive, Member
from tests.evidence.package.trails import Run, package
from tests.packages import ATTESTATIONS, Attested, Log

RUNS = (
    Run("run-1", ATTESTATIONS),
    Run("RUN-1", state="non-compliant"),
    Run("checkpoint", [Attested("many", [(f"{n}.bin", bytes([n])) for n in range(30)])]),
    Run("nothing", (), state="incomplete"),
)


def members(data: bytes) -> dict[str, bytes]:
    """Return the members of a zip by their names, in order."""
    with zipfile.ZipFile(io.BytesIO(data)) as archive:
        return {info.filename: archive.read(info) for info in archive.infolist()}


def rezipped(parts: dict[str, bytes]) -> bytes:
    archive = Archive(Member.from_bytes(name, data) for name, data in parts.items())
    return b"".join(archive.read())


def check(data: bytes, log: Log, folder: Path) -> Report:
    path = folder / "trail.zip"
    path.write_bytes(data)
    return verify(path, [log.key.key])


@pytest.mark.parametrize("turns", [1, 3, 100])
def test_a_package_is_verified_however_it_was_prepared(turns: int, tmp_path: Path) -> None:
    kept, log = package(RUNS, workflows_a_turn=turns)
    report = check(kept.whole, log, tmp_path)
    assert report.verdict is Verdict.VERIFIED, told(report)
    assert (report.trail, report.workflows) == ("acme/prod-server-access", 4)
    assert kept.whole == package(RUNS)[0].whole  # whatever a turn was


def test_the_frame_is_what_an_archive_of_the_same_members_has() -> None:
    kept, _ = package(RUNS)
    assert rezipped(members(kept.whole)) == kept.whole


def test_one_byte_of_any_kind_is_noticed(tmp_path: Path) -> None:
    kept, log = package(RUNS[:2])
    data = kept.whole
    for place in range(0, len(data), 211):
        altered = data[:place] + bytes([data[place] ^ 1]) + data[place + 1 :]
        assert check(altered, log, tmp_path).verdict is Verdict.REJECTED, place


def test_a_truncated_package_is_noticed(tmp_path: Path) -> None:
    kept, log = package(RUNS[:2])
    for length in (0, 10, kept.length // 2, kept.length - 1):
        assert check(kept.whole[:length], log, tmp_path).verdict is Verdict.REJECTED


ROOT = "prod-server-access/"
DATA, PROOF = f"{ROOT}data/", f"{ROOT}proof/"
Alter = Callable[[dict[str, bytes]], None]


def drop_file(parts: dict[str, bytes]) -> None:
    del parts[f"{DATA}run-1/user-identity/session.log"]


def drop_workflow_data(parts: dict[str, bytes]) -> None:
    for name in [name for name in parts if name.startswith(f"{DATA}RUN-1.2/")]:
        del parts[name]


def drop_proofs(parts: dict[str, bytes]) -> None:
    for name in [name for name in parts if name.startswith(f"{PROOF}RUN-1.2/")]:
        del parts[name]


def swap_evidence(parts: dict[str, bytes]) -> None:
    parts[f"{DATA}RUN-1.2/step/a.log"] = b"b"


def add_file(parts: dict[str, bytes]) -> None:
    parts[f"{DATA}nothing/more.txt"] = b"more"


def add_evidence(parts: dict[str, bytes]) -> None:
    parts[f"{DATA}nothing/step/"] = b""
    parts[f"{DATA}nothing/step/more.txt"] = b"more"


def add_outside(parts: dict[str, bytes]) -> None:
    parts[f"{ROOT}more.txt"] = b"more"


def change_index(parts: dict[str, bytes]) -> None:
    name = f"{ROOT}index.csv"
    parts[name] = parts[name].replace(b"session.log", b"session.txt")


def shorten_index(parts: dict[str, bytes]) -> None:
    name = f"{ROOT}index.csv"
    parts[name] = b"".join(parts[name].splitlines(keepends=True)[:-1])


def strange_state(parts: dict[str, bytes]) -> None:
    name = f"{ROOT}index.csv"
    parts[name] = parts[name].replace(b"nothing,incomplete", b"nothing,excellent")


def exchange_proofs(parts: dict[str, bytes]) -> None:
    one, other = (f"{PROOF}{name}/workflow.json" for name in ("run-1", "RUN-1.2"))
    parts[one], parts[other] = parts[other], parts[one]


def rename_workflow(parts: dict[str, bytes]) -> None:
    renamed = {name.replace("/nothing/", "/something/"): data for name, data in parts.items()}
    parts.clear()
    parts.update(renamed)


def other_checkpoint(parts: dict[str, bytes]) -> None:
    name = f"{PROOF}checkpoint"
    origin, _, rest = parts[name].split(b"\n", 2)
    parts[name] = b"\n".join([origin, b"17", rest])


@pytest.mark.parametrize(
    ("alter", "check_name", "code"),
    [
        (drop_file, "evidence", "evidence-missing"),
        (drop_workflow_data, "statements", "proof-extra"),
        (drop_proofs, "statements", "statement-missing"),
        (swap_evidence, "evidence", "evidence-altered"),
        (add_file, "bag", "file-order"),
        (add_evidence, "statements", "statement-missing"),
        (add_outside, "bag", "file-order"),
        (change_index, "bag", "index-differs"),
        (shorten_index, "bag", "index-differs"),
        (strange_state, "bag", "index-differs"),
        (exchange_proofs, "workflow", "other-workflow"),
        (rename_workflow, "workflow", "directory-name"),
        (other_checkpoint, "inclusion", "other-checkpoint"),
    ],
)
def test_what_is_altered_and_packed_anew_is_rejected_for_its_reason(
    alter: Alter, check_name: str, code: str, tmp_path: Path
) -> None:
    kept, log = package(RUNS)
    parts = members(kept.whole)
    alter(parts)
    report = check(rezipped(parts), log, tmp_path)
    assert report.verdict is Verdict.REJECTED
    found = {str(name): {f.code for f in c.findings} for name, c in report.checks.items()}
    assert code in found[check_name], told(report)


@pytest.mark.parametrize(
    ("runs", "code"),
    [
        ([Run("a"), Run("b", trail="acme/other")], "other-trail"),
        ([Run("a", trail="rival/prod-server-access")], "other-log"),
        ([Run("a", trail="acme/elsewhere")], "root-name"),
    ],
)
def test_workflows_of_elsewhere_are_not_of_this_trail(
    runs: list[Run], code: str, tmp_path: Path
) -> None:
    kept, log = package(runs)
    report = check(kept.whole, log, tmp_path)
    assert code in told(report) and report.verdict is Verdict.REJECTED


def test_a_failing_workflow_is_one_line_that_names_it(tmp_path: Path) -> None:
    kept, log = package([*RUNS[:2], Run("third")])
    parts = members(kept.whole)
    for name in [name for name in parts if name.startswith(f"{DATA}run-1/") and name[-1] != "/"]:
        parts[name] += b"!"
    report = check(rezipped(parts), log, tmp_path)
    lines = [f for c in report.checks.values() for f in c.findings if f.code == "evidence-altered"]
    assert len(lines) == 1 and lines[0].about.startswith("run-1: ")
    assert report.workflows == 3
