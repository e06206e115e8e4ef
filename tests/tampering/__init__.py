"""The tamper matrix: every way to alter a package that we thought of, and what must come of it.

Each function takes an example apart, does harm, and gives what an attacker would hand over; its
decorator names the first check that must fail, and a code that the check must give. Python's
verifier and the browser's are held against the same matrix. Attacks on the numbers of the zip
format, made to exhaust a verifier rather than to deceive it, are in
`tests/evidence/package/test_hostile_zips.py`.
"""

from tests.tampering import (
    bags,
    disposals,
    evidence,
    inclusion,
    signatures,
    statements,
    workflows,
    zips,
)
from tests.tampering.anywhere import flips, truncations
from tests.tampering.matrix import TAMPERINGS, Tampering, write

__all__ = [
    "TAMPERINGS",
    "Tampering",
    "bags",
    "disposals",
    "evidence",
    "flips",
    "inclusion",
    "signatures",
    "statements",
    "truncations",
    "workflows",
    "write",
    "zips",
]
