"""What several commands read from their command lines."""

import argparse
import math

_MOST_SECONDS = 24 * 3600.0


def seconds(value: str) -> float:
    """Return a number of seconds, more than none and at most a day."""
    try:
        number = float(value)
    except ValueError:
        number = math.nan
    if not 0 < number <= _MOST_SECONDS:  # which is also false for what is not a number
        raise argparse.ArgumentTypeError(f"'{value}' is not a number of seconds, such as 60 or 0.5")
    return number
