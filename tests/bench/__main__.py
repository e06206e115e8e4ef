"""The command: `python -m tests.bench [figure ...] [--json FILE] [--quick]`.

Exit status 1 when a bound is missed, so that a machine can watch the figures.
"""

import argparse
import json
import sys
import time
from pathlib import Path

from tests.bench import attest, figures, package, pages, sealing, upload, verify, weight
from tests.bench.ground import ground

RESULTS = Path("bench-results/figures.json")
MEASURES = {
    "package": package.measure,
    "first-byte": package.measure_first_byte,
    "attest": attest.measure,
    "upload": upload.measure,
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
    with ground() as here:
        machine = here.machine() | {"quick": options.quick}
        say(f"On {machine}")
        for name in options.figure or MEASURES:
            begun = time.monotonic()
            measured = MEASURES[name](here, quick=options.quick)
            found += measured
            say(f"\n{figures.table(measured)}\n    ({name}: {time.monotonic() - begun:.0f} s)")
    missed = [figure.name for figure in found if figure.missed]
    say(f"\nMissed: {', '.join(missed)}" if missed else "\nEvery bound is kept.")
    options.json.parent.mkdir(parents=True, exist_ok=True)
    options.json.write_text(json.dumps(figures.as_json(found, machine), indent=2) + "\n")
    return 1 if missed else 0


def say(text: str) -> None:
    """Print at once, also into a pipe."""
    sys.stdout.write(text + "\n")
    sys.stdout.flush()


if __name__ == "__main__":
    try:
        raise SystemExit(main())
    except KeyboardInterrupt:
        raise SystemExit(130) from None
