"""Whatever is done to a package, the verifier names the check that fails: the tamper matrix."""

from pathlib import Path

import pytest

from evidence.package.report import Name, Outcome
from tests.tampering import TAMPERINGS, Tampering, flips, truncations
from tests.tampering.matrix import VALID
from tests.tampering.matrix import write as write_matrix


@pytest.mark.parametrize("tampering", TAMPERINGS, ids=lambda tampering: tampering.name)
def test_a_tampered_package_is_found_out(tampering: Tampering, tmp_path: Path) -> None:
    file = tmp_path / "package.zip"
    file.write_bytes(tampering.data())

    report = tampering.verify(file)

    wrong = Outcome.SKIPPED if tampering.verdict == "unproven" else Outcome.FAILED
    failed = [check for check in report.checks.values() if check.outcome is wrong]
    assert report.verdict == tampering.verdict
    if tampering.check:
        assert failed[0].name == tampering.check
        assert tampering.code in [finding.code for finding in failed[0].findings]
    for check in report.checks.values():
        for finding in check.findings:
            assert finding.code, finding
            assert finding.reason.endswith((".", "!", "?")), finding


def test_every_tampering_really_changes_the_package_or_what_is_brought() -> None:
    for tampering in TAMPERINGS:
        is_same = tampering.data() == VALID.data
        assert not is_same or tampering.keys is not None or tampering.with_policy, tampering.name


def test_a_package_cut_off_anywhere_is_rejected(tmp_path: Path) -> None:
    file = tmp_path / "package.zip"

    for data in truncations(VALID.data):
        file.write_bytes(data)
        assert TAMPERINGS[0].verify(file).verdict == "rejected", len(data)


def test_one_turned_bit_anywhere_is_rejected(tmp_path: Path) -> None:
    file = tmp_path / "package.zip"

    for place, data in flips(VALID.data, 500):
        file.write_bytes(data)
        report = TAMPERINGS[0].verify(file)
        assert report.verdict == "rejected", place
        assert report.checks[Name.ZIP].outcome is Outcome.FAILED, place


def test_the_matrix_can_be_written_for_other_verifiers(tmp_path: Path) -> None:
    cases = write_matrix(tmp_path)

    assert len(cases) == len(TAMPERINGS)
    assert {case["file"] for case in cases} == {path.name for path in tmp_path.iterdir()}
    assert all(case["report"]["verdict"] == case["verdict"] for case in cases)
