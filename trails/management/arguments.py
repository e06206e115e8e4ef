"""What several commands read from their command lines."""

import argparse
import math
import re

from django.core.management.base import CommandParser

from evidence.vault.digest import CHUNK

_MOST_SECONDS = 24 * 3600.0
_SIZE = re.compile(r"([0-9]{1,9}(?:\.[0-9]{1,3})?)\s*([kKMGT]?)(i?)B?")
_POWERS = {"": 0, "k": 1, "K": 1, "M": 2, "G": 3, "T": 4}
_SHARE = re.compile(r"([0-9]{1,3}(?:\.[0-9]{1,9})?)(%?)")


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


def add_rate(parser: CommandParser) -> None:
    """Declare `--rate`: how many bytes a second are read at most."""
    parser.add_argument(
        "--rate", type=rate, metavar="20M", help="bytes per second at most (default: no limit)"
    )


def size(value: str) -> int:
    """Return a number of bytes such as `20M`, `1.5G` or `10GiB`."""
    match = _SIZE.fullmatch(value.strip())
    if match is None or not float(match[1]):
        raise argparse.ArgumentTypeError(f"'{value}' is not a number of bytes, such as 20M or 1GiB")
    return int(float(match[1]) * (1024 if match[3] else 1000) ** _POWERS[match[2]])


def rate(value: str) -> int:
    """Return a number of bytes per second. Less than one piece of a file would stand still."""
    number = size(value)
    if number < CHUNK:
        raise argparse.ArgumentTypeError(f"'{value}' is less than 256KiB, the size of one read")
    return number


def share(value: str) -> float:
    """Return a share such as `5%` or `0.05`, as a number above 0 and up to 1."""
    match = _SHARE.fullmatch(value)
    number = float(match[1]) / (100 if match[2] else 1) if match else 0.0
    if not 0 < number <= 1:
        raise argparse.ArgumentTypeError(f"'{value}' is not a share, such as 5% or 0.05")
    return number
