"""The command that verifies: its exit status, its options, and what it prints."""

import json
from pathlib import Path

import pytest

from evidence.package.command import main
from tests import packages
from tests.packages import Example, example
from tests.tampering.pieces import LOG

Capture = pytest.CaptureFixture[str]
VALID = example()


@pytest.fixture
def package(tmp_path: Path) -> str:
    return written(VALID, tmp_path)


def written(given: Example, folder: Path) -> str:
    path = folder / "run-1.zip"
    path.write_bytes(given.data)
    return str(path)


def test_a_verified_package_gives_0_and_says_so(package: str, capsys: Capture) -> None:
    assert main([package, "--key", VALID.vkey]) == 0
    told = capsys.readouterr().out
    assert "VERIFIED" in told.splitlines()[1]
    assert "acme/prod-server-access/run-1" in told
    assert "What this does not tell" in told


def test_a_rejected_package_gives_1_and_says_which_file(tmp_path: Path, capsys: Capture) -> None:
    path = written(VALID.having({LOG: b"other"}), tmp_path)

    assert main([path, "--key", VALID.vkey]) == 1
    told = capsys.readouterr().out
    assert "REJECTED" in told.splitlines()[1]
    assert f"file-altered: {LOG}" in told


def test_without_a_key_it_gives_1_and_says_that_nothing_is_proven(
    package: str, capsys: Capture
) -> None:
    assert main([package]) == 1
    told = capsys.readouterr().out
    assert "UNPROVEN" in told.splitlines()[1]
    assert "The key in the package proves nothing" in " ".join(told.split())


def test_json_is_the_report_and_nothing_else(package: str, capsys: Capture) -> None:
    assert main([package, "--key", VALID.vkey, "--json"]) == 0
    captured = capsys.readouterr()
    report = json.loads(captured.out)
    assert (report["package"], report["verdict"]) == ("run-1.zip", "verified")
    assert captured.err == ""


def test_quiet_prints_nothing(package: str, capsys: Capture) -> None:
    assert main([package, "--key", VALID.vkey, "--quiet"]) == 0
    assert main([package, "--quiet"]) == 1
    assert capsys.readouterr() == ("", "")


def test_keys_come_from_files_as_well(package: str, tmp_path: Path) -> None:
    keys = tmp_path / "keys"
    old = packages.signing_key("trails.example.com/acme", seed="old").key.vkey
    keys.write_text(f"# before 2026\n{old}\n\n{VALID.vkey}\n")

    assert main([package, "--key-file", str(keys), "--quiet"]) == 0


def test_a_policy_names_the_witnesses(package: str, tmp_path: Path, capsys: Capture) -> None:
    policy = tmp_path / "policy"
    policy.write_text(VALID.policy)

    assert main([package, "--policy", str(policy)]) == 0
    assert "witnessed by  w1, w2" in capsys.readouterr().out


@pytest.mark.parametrize(
    "options",
    [
        ["--key", "trails.example.com/acme"],
        ["--key", packages.witness(1).key.vkey],
        ["--key", VALID.vkey.replace("+c4", "+00")],
        ["--key-file", "/nowhere"],
        ["--key-file", "/dev/null"],
        ["--policy", "/nowhere"],
        ["--tsa-roots", "/dev/null"],
        ["--unknown"],
    ],
)
def test_wrong_usage_gives_2_and_a_reason(
    package: str, options: list[str], capsys: Capture
) -> None:
    with pytest.raises(SystemExit) as ended:
        main([package, *options])

    captured = capsys.readouterr()
    assert ended.value.code == 2
    assert captured.out == ""
    assert len(captured.err.strip()) > 20


def test_a_file_that_cannot_be_read_gives_2(tmp_path: Path, capsys: Capture) -> None:
    for path in (tmp_path, tmp_path / "missing.zip"):
        with pytest.raises(SystemExit) as ended:
            main([str(path), "--key", VALID.vkey])
        assert ended.value.code == 2
        said = capsys.readouterr().err
        assert f"cannot read {path}: " in said and "Errno" not in said


def test_roots_that_are_no_certificates_are_named(
    package: str, tmp_path: Path, capsys: Capture
) -> None:
    roots = tmp_path / "roots.pem"
    roots.write_text("-----BEGIN PRIVATE KEY-----\n")
    with pytest.raises(SystemExit):
        main([package, "--tsa-roots", str(roots)])
    assert f"{roots} holds no certificates in PEM" in capsys.readouterr().err


def test_a_key_is_told_in_one_piece_so_that_it_can_be_compared(
    tmp_path: Path, capsys: Capture
) -> None:
    given = example(origin="a-long-name.trails-of-somewhere.example.com/harbor-bank-of-the-north")
    other = packages.signing_key(given.log.origin, seed="other").key.vkey
    assert main([written(given, tmp_path), "--key", other]) == 1
    assert f"the key is {given.vkey};" in " ".join(capsys.readouterr().out.split())


def test_checks_that_could_not_be_made_are_told_in_a_line_each(
    tmp_path: Path, capsys: Capture
) -> None:
    file = tmp_path / "notes.txt"
    file.write_text("no zip")
    assert main([str(file), "--key", VALID.vkey]) == 1
    told = capsys.readouterr().out
    assert told.count("Not checked: 'zip' has not passed.") == 8
    assert "not-run" not in told and "\n\n\n" not in told


def test_what_an_attacker_wrote_cannot_command_the_terminal(
    tmp_path: Path, capsys: Capture
) -> None:
    name = "data/user-identity/\x1b[2K\x1b[1A\u202eVERIFIED"
    path = written(VALID.having({name: b""}), tmp_path)

    assert main([path, "--key", VALID.vkey]) == 1
    told = capsys.readouterr().out
    assert "\x1b" not in told
    assert "\u202e" not in told
    assert "\\x1b[2K" in told


def test_only_the_first_twenty_findings_are_listed_and_the_rest_counted(
    tmp_path: Path, capsys: Capture
) -> None:
    changes = {f"data/many/{number:03}.bin": b"other" for number in range(30)}
    path = written(VALID.having(changes), tmp_path)

    assert main([path, "--key", VALID.vkey, "--json"]) == 1
    checks = {check["check"]: check for check in json.loads(capsys.readouterr().out)["checks"]}
    assert [len(checks[name]["findings"]) for name in ("bag", "evidence")] == [21, 21]
    assert checks["evidence"]["findings"][-1]["code"] == "more"
    assert checks["evidence"]["findings"][-1]["about"] == "10"
