"""The matrix itself: what a tampering is, and how one is entered. The harms are beside it."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from evidence.ledger import policy
from evidence.ledger.note import Key
from evidence.package.report import Report
from evidence.package.verify import verify
from tests.packages import Example, example

Tampered = Example | bytes
Harm = Callable[[Example], Tampered]

VALID = example()


@dataclass(frozen=True)
class Tampering:
    """A harm, and the first check that fails with its code.

    The code is that of one of the check's findings, not always the first of them.

    `check` is empty where the verdict is "verified": what no verifier can see belongs here, too.
    `keys` are trusted instead of the example's own; `with_policy` also gives the example's policy.
    """

    harm: Harm
    check: str
    code: str
    verdict: str
    keys: Sequence[str] | None
    with_policy: bool

    @property
    def name(self) -> str:
        """Say what was done, as a file name."""
        return self.harm.__name__.replace("_", "-")

    @property
    def trusted(self) -> list[str]:
        """The keys that the verifier brings."""
        return [VALID.vkey] if self.keys is None else list(self.keys)

    @property
    def policy(self) -> str | None:
        """The policy that the verifier brings, if any."""
        return VALID.policy if self.with_policy else None

    def verify(self, file: Path) -> Report:
        """Let Python's verifier judge the file with what its verifier would bring."""
        keys = [Key.parse(vkey) for vkey in self.trusted]
        return verify(file, keys, policy.parse(self.policy.encode()) if self.policy else None)

    def data(self) -> bytes:
        """Return the tampered package."""
        made = self.harm(example())
        return made if isinstance(made, bytes) else made.data


TAMPERINGS: list[Tampering] = []


def found(
    check: str,
    code: str,
    *,
    verdict: str = "rejected",
    keys: Sequence[str] | None = None,
    with_policy: bool = False,
) -> Callable[[Harm], Harm]:
    """Enter a harm into the matrix, with what finds it."""

    def enter(harm: Harm) -> Harm:
        TAMPERINGS.append(Tampering(harm, check, code, verdict, keys, with_policy))
        return harm

    return enter


def write(folder: Path) -> list[dict[str, Any]]:
    """Write every tampered package; return what the browser tests need to know of each.

    `report` is what Python's verifier says of it.
    """
    cases = []
    for tampering in TAMPERINGS:
        file = folder / f"{tampering.name}.zip"
        file.write_bytes(tampering.data())
        cases.append(
            {
                "file": file.name,
                "verdict": tampering.verdict,
                "check": tampering.check,
                "code": tampering.code,
                "keys": tampering.trusted,
                "policy": tampering.policy,
                "report": tampering.verify(file).as_json(),
            }
        )
    return cases
