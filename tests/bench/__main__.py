"""The command: `python -m tests.bench [figure ...] [--json FILE] [--quick]`.

Prints one table and writes the same as JSON. Exit status 1 when a bound is missed or a measurement
fails, so that a machine can watch the figures.
"""

import argparse
import json
import sys
import time
import traceback
from pathlib import Path

from tests.bench import (
    attest,
    attest_many,
    figures,
    package,
    package_s3,
    pages,
    sealing,
    trail_package,
    upload,
    verify,
    weight,
)
from tests.bench.ground import ground

RESULTS = Path("bench-results/figures.json")
MEASURES = {
    "package": package.measure,
    "package-s3": package_s3.measure,
    "first-byte": package.measure_first_byte,
    "trail-package": trail_package.measure,
    "attest": attest.measure,
    "attest-many": attest_many.measure,
    "upload": upload.measure,
    "upload-s3": upload.measure_s3,
    "verify": verify.measure,
    "seal": sealing.measure,
    "prove": sealing.measure_proofs,
    "inline": sealing.measure_inline,
    "weight": weight.measure,
    "pages": pages.measure,
}


def main() -> int:
    """Measure, print, and judge."""
    parser = argparse.ArgumentParser(prog="python -m tests.bench", description=__doc__)
    parser.add_argument("figure", nargs="*", choices=[*MEASURES, []], help="default: all of them")
    parser.add_argument(
        "--json", type=Path, metavar="FILE", default=RESULTS, help="default: %(default)s"
    )
    parser.add_argument("--quick", action="store_true", help="less data, fewer rounds, more noise")
    options = parser.parse_args()
    found: list[figures.Figure] = []
    failed: list[str] = []
    options.json.parent.mkdir(parents=True, exist_ok=True)
    with ground() as here:
        machine = here.machine() | {"quick": options.quick}
        say(f"On {machine}")
        for name in options.figure or MEASURES:
            begun = time.monotonic()
            try:
                measured = MEASURES[name](here, quick=options.quick)
            except Exception:
                # The others took long, and are worth something by themselves.
                failed.append(name)
                say(f"{name} failed after {time.monotonic() - begun:.0f} s:")
                say(traceback.format_exc())
                continue
            found += measured
            missed = sum(figure.missed for figure in measured)
            said = f"{len(measured)} figures" + (f", {missed} MISSED" if missed else "")
            say(f"{name}: {said} ({time.monotonic() - begun:.0f} s)")
            # After each, so that a run that is cut short leaves what it had.
            text = json.dumps(figures.as_json(found, machine, failed), indent=2)
            options.json.write_text(text + "\n")
    options.json.write_text(json.dumps(figures.as_json(found, machine, failed), indent=2) + "\n")
    say(f"\n{figures.table(found)}\n")
    missing = [figure.name for figure in found if figure.missed]
    for name in failed:
        say(f"Failed: {name}")
    for name in missing:
        say(f"MISSED: {name}")
    if not missing and not failed:
        say("Every bound is kept.")
    return 1 if missing or failed else 0


def say(text: str) -> None:
    """Print at once, also into a pipe."""
    sys.stdout.write(text + "\n")
    sys.stdout.flush()


if __name__ == "__main__":
    try:
        raise SystemExit(main())
    except KeyboardInterrupt:
        raise SystemExit(130) from None
