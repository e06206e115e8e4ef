"""What the writer makes, the verifier accepts, and its report says what it is."""

from pathlib import Path

import pytest

from evidence.ledger import policy
from evidence.ledger.note import Key
from evidence.package.report import Report
from evidence.package.verify import verify
from tests import packages
from tests.packages import Attested, Example, example


def judged(given: Example, tmp_path: Path, *, with_policy: bool = False) -> Report:
    file = tmp_path / "package.zip"
    file.write_bytes(given.data)
    rules = policy.parse(given.policy.encode()) if with_policy else None
    return verify(file, [Key.parse(given.vkey)], rules)


@pytest.mark.parametrize(
    "attestations",
    [
        pytest.param([], id="no attestation"),
        pytest.param([Attested("approval")], id="no file"),
        pytest.param([Attested("approval", [("empty", b"")])], id="an empty file"),
        pytest.param([Attested("a"), Attested("A"), Attested("a")], id="one step in two spellings"),
        pytest.param([Attested("checkpoint"), Attested("log")], id="steps named like proofs"),
        pytest.param([Attested("data"), Attested("proof")], id="steps named like directories"),
        pytest.param([Attested("Straße"), Attested("STRASSE")], id="case folding"),
        pytest.param([Attested("x" * 300)] * 3, id="long steps"),
        pytest.param([Attested(f"s{n}", [("f", b"")]) for n in range(300)], id="many"),
        pytest.param([Attested("a", user_data="null")], id="free data"),
    ],
)
def test_every_package_of_the_writer_is_verified(
    attestations: list[Attested], tmp_path: Path
) -> None:
    report = judged(example(attestations), tmp_path)

    assert report.verdict == "verified", report.as_json()
    assert report.attestations == len(attestations)


@pytest.mark.parametrize("workflow", ["prod:shell@10:42+~.x-", "CON", "run.", "a" * 255])
def test_a_workflow_whose_id_is_no_name_of_a_file_is_verified(
    workflow: str, tmp_path: Path
) -> None:
    report = judged(example(workflow=workflow), tmp_path)

    assert report.verdict == "verified", report.as_json()
    assert report.workflow == f"acme/prod-server-access/{workflow}"


def test_the_report_tells_what_was_verified(tmp_path: Path) -> None:
    given = example()
    report = judged(given, tmp_path, with_policy=True)
    told = report.as_json()

    assert list(told) == [
        *("package", "verdict", "workflow", "attestations", "files", "bytes", "origin", "size"),
        *("root", "key", "cosigners", "timestamp", "disposed", "checks", "notes"),
    ]
    assert told["package"] == "package.zip"
    assert (told["verdict"], told["workflow"]) == ("verified", "acme/prod-server-access/run-1")
    assert (told["attestations"], told["files"]) == (6, 49)
    assert told["bytes"] == sum(
        len(data) for name, data in given.parts.items() if name.startswith("run-1/data/")
    )
    assert (told["origin"], told["size"]) == ("trails.example.com/acme", 15)
    assert (told["key"], told["cosigners"]) == (given.vkey, ["w1", "w2"])
    assert [check["check"] for check in told["checks"]] == [
        *("zip", "bag", "statements", "evidence", "inclusion", "workflow", "checkpoint"),
        *("witnesses", "timestamp"),
    ]
    assert [check["outcome"] for check in told["checks"]] == [*["passed"] * 8, "skipped"]


def test_a_policy_that_names_the_log_is_key_enough(tmp_path: Path) -> None:
    given = example()
    file = tmp_path / "package.zip"
    file.write_bytes(given.data)

    assert verify(file, [], policy.parse(given.policy.encode())).verdict == "verified"


def test_one_of_two_witnesses_is_enough_where_the_policy_says_any(tmp_path: Path) -> None:
    given = example(witnesses=[packages.witness(1)])
    file = tmp_path / "package.zip"
    file.write_bytes(given.data)
    witnesses = [packages.witness(number).key for number in (1, 2)]
    rules = packages.policy(Key.parse(given.vkey), *witnesses, quorum="any")

    report = verify(file, [], policy.parse(rules.encode()))

    assert (report.verdict, report.cosigners) == ("verified", ["w1"])


def test_a_policy_that_takes_no_witness_is_no_word_of_others(tmp_path: Path) -> None:
    given = example(witnesses=[])
    file = tmp_path / "package.zip"
    file.write_bytes(given.data)

    report = verify(file, [], policy.parse(packages.policy(Key.parse(given.vkey)).encode()))

    [witnesses] = [one for one in report.as_json()["checks"] if one["check"] == "witnesses"]
    assert (report.verdict, witnesses["outcome"]) == ("verified", "skipped")
    assert [one["code"] for one in witnesses["findings"]] == ["no-policy"]


def test_a_package_of_more_members_than_a_plain_zip_can_count_is_verified(tmp_path: Path) -> None:
    files = [(f"{number}", b"") for number in range(66_000)]

    report = judged(example([Attested("many", files, is_listed=True)]), tmp_path)

    assert (report.verdict, report.files) == ("verified", 66_001), report.as_json()


def test_the_notes_always_say_what_is_not_proven(tmp_path: Path) -> None:
    notes = " ".join(judged(example(), tmp_path).notes)

    assert "report.html" in notes
    assert "after the last one" in notes
    assert "No policy" in notes
    assert "proof/log.vkey" not in notes


def test_a_note_says_that_the_key_in_the_package_is_another_one(tmp_path: Path) -> None:
    given = example().having({"proof/log.vkey": b"other+12345678+AAAA\n"}).rebagged()

    assert "proof/log.vkey" in " ".join(judged(given, tmp_path).notes)
