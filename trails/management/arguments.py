"""What several commands read from their command lines."""

import argparse
import math

from django.core.management.base import CommandParser

_MOST_SECONDS = 24 * 3600.0


def add_loop(parser: CommandParser, every: float) -> None:
    """Declare the options of a command that can go round: `--loop`, and `--every` so often."""
    parser.add_argument("--loop", action="store_true", help="go on until SIGTERM")
    parser.add_argument(
        "--every",
        type=seconds,
        default=every,
        metavar="SECONDS",
        help="with --loop: how long to wait between rounds (default: %(default)g)",
    )


def seconds(value: str) -> float:
    """Return a number of seconds, more than none and at most a day."""
    try:
        number = float(value)
    except ValueError:
        number = math.nan
    if not 0 < number <= _MOST_SECONDS:  # which is also false for what is not a number
        raise argparse.ArgumentTypeError(f"'{value}' is not a number of seconds, such as 60 or 0.5")
    return number
