"""The command `trailkeeper`, or `python -m trails.client`: picks what does the work.

    trailkeeper verify package.zip --key VKEY

Every subcommand is a `main` somewhere else that takes arguments and returns an exit status.
"""

import sys
from collections.abc import Callable, Sequence

_USAGE = """usage: trailkeeper COMMAND ...

commands:
  verify    verify an evidence package without trusting the server it came from

`trailkeeper COMMAND --help` tells more.
"""
_WRONG_USAGE = 2


def main(arguments: Sequence[str] | None = None) -> int:
    """Run the subcommand that comes first; return its exit status, or 2 if there is none."""
    given = list(sys.argv[1:] if arguments is None else arguments)
    if given[:1] in (["--help"], ["-h"]):
        sys.stdout.write(_USAGE)
        return 0
    if not given or given[0] not in _COMMANDS:
        sys.stderr.write(_USAGE)
        return _WRONG_USAGE
    return _COMMANDS[given[0]](given[1:])


def _verify(arguments: Sequence[str]) -> int:
    from evidence.package.command import main

    return main(arguments, prog="trailkeeper verify")


_COMMANDS: dict[str, Callable[[Sequence[str]], int]] = {"verify": _verify}


if __name__ == "__main__":
    sys.exit(main())
