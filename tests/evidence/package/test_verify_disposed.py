"""What a verifier says of disposed evidence: what is absent, who disposed of it, when and why."""

from pathlib import Path

import pytest

from evidence.ledger.note import Key
from evidence.package import bag, disposals
from evidence.package.report import Report
from evidence.package.told import told
from evidence.package.verify import verify
from tests.packages import ATTESTATIONS, DISPOSALS, Attested, Disposal, Example, example


def judged(given: Example, tmp_path: Path) -> Report:
    file = tmp_path / "package.zip"
    file.write_bytes(given.data)
    return verify(file, [Key.parse(given.vkey)])


def test_the_report_lists_every_act_with_the_files_that_are_absent(tmp_path: Path) -> None:
    report = judged(example(disposals=DISPOSALS), tmp_path)
    assert report.verdict == "verified", report.as_json()
    common = {
        "by": "Zoë Müller",
        "at": "2026-11-24T04:05:40.123456Z",
        "reason": "Retention has ended.",
    }
    assert report.as_json()["disposed"] == [
        {"files": 4, "up_to": 2} | common,
        {"files": 41, "up_to": 5} | common,
    ]
    assert (report.attestations, report.files) == (6, 4)


def test_no_report_calls_a_package_whole_from_which_files_are_absent(tmp_path: Path) -> None:
    report = judged(example(disposals=DISPOSALS), tmp_path)
    assert "not whole" in report.notes[0]
    lines = told(report).splitlines()
    assert lines[1].startswith("VERIFIED")
    assert lines[2].startswith("45 files that had been attested cannot be checked")
    assert any("4 files, by Zoë Müller on 2026-11-24: Retention has ended." in x for x in lines)


def test_a_report_on_a_package_without_disposals_says_nothing_of_them(tmp_path: Path) -> None:
    report = judged(example(), tmp_path)
    assert report.as_json()["disposed"] == []
    assert "dispos" not in told(report)


def test_a_file_that_is_there_is_not_counted_as_absent(tmp_path: Path) -> None:
    given = example([Attested("a", [("x", b"1")])], disposals=[Disposal(1)])
    back = given.having({"data/a/x": b"1"}).rebagged()
    report = judged(back, tmp_path)
    assert report.verdict == "verified"
    assert [act["files"] for act in report.as_json()["disposed"]] == [0]
    assert "not whole" not in report.notes[0]


def test_what_is_not_proven_is_not_told(tmp_path: Path) -> None:
    given = example(disposals=DISPOSALS)
    body = given.get("proof/_disposal.1.json").replace(b"has ended", b"had ended")
    report = judged(given.having({"proof/_disposal.1.json": body}).rebagged(), tmp_path)
    assert report.verdict == "rejected"
    assert report.disposed == []


def test_a_reason_cannot_command_the_terminal(tmp_path: Path) -> None:
    reason = "\x1b[2J\nVERIFIED: trust me."
    given = example([Attested("a", [("x", b"1")])], disposals=[Disposal(1, reason=reason)])
    text = told(judged(given, tmp_path))
    assert "\x1b" not in text
    assert not any(line.startswith("VERIFIED: trust") for line in text.splitlines())


@pytest.mark.parametrize("count", [499, 500, 501, 1300])
def test_an_act_may_have_as_many_parts_as_its_files_need(count: int, tmp_path: Path) -> None:
    files = [(f"{n}.txt", b"%d" % n) for n in range(count)]
    given = example([Attested("many", files, is_listed=True)], disposals=[Disposal(1)])
    report = judged(given, tmp_path)
    assert report.verdict == "verified", report.as_json()
    assert report.absent == count


def test_files_with_the_same_bytes_are_counted_each(tmp_path: Path) -> None:
    given = example([Attested("a", [("x", b"1"), ("y", b"1")])], disposals=[Disposal(1)])
    assert judged(given, tmp_path).absent == 2


def test_packages_without_disposals_are_the_same_bytes_as_before() -> None:
    given = example()
    assert not any("_disposal" in name for name in given.parts)
    assert example(disposals=()).data == given.data


def test_a_step_that_was_called_like_a_disposal_is_a_step(tmp_path: Path) -> None:
    given = example([Attested("_disposal.1", [("x", b"1")])])
    assert judged(given, tmp_path).verdict == "verified"


def test_no_directory_of_other_steps_has_the_name_of_a_disposal() -> None:
    steps = ["disposal", "disposal", "-disposal.1", "x_disposal.1", *(a.step for a in ATTESTATIONS)]
    names = bag.directory_names(steps)
    assert not any(map(disposals.is_taken, names))
    assert disposals.is_taken("_disposal.1") and disposals.is_taken("_DISPOSAL")
