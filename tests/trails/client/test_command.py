"""The command `trailkeeper`: it finds what does the work, and says what there is."""

from pathlib import Path

import pytest

from tests.packages import example
from trails.client.__main__ import main


def test_verify_verifies(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    given = example()
    path = tmp_path / "package.zip"
    path.write_bytes(given.data)

    assert main(["verify", str(path), "--key", given.vkey]) == 0
    assert "VERIFIED" in capsys.readouterr().out


@pytest.mark.parametrize("arguments", [[], ["unknown"], ["--unknown"]])
def test_what_it_does_not_know_is_wrong_usage(
    arguments: list[str], capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(arguments) == 2
    captured = capsys.readouterr()
    assert captured.out == ""
    assert "verify" in captured.err


def test_help_lists_the_commands(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["--help"]) == 0
    assert "verify" in capsys.readouterr().out


def test_help_of_a_command_names_it_as_it_was_called(capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit) as ended:
        main(["verify", "--help"])
    assert ended.value.code == 0
    assert capsys.readouterr().out.startswith("usage: trailkeeper verify")
