"""A witness that dies, master and workers at once, at a chosen step of a cosignature."""

import os

import django

from tests.anomalies import crashing
from tests.anomalies.crashing import around

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "config.settings")
django.setup()

from evidence.ledger.note import SigningKey  # noqa: E402
from evidence.witness import memory  # noqa: E402

if crashing.at:
    memory.cosign = around(memory.cosign, "witness asked", "witness about to answer")
    memory._accept = around(memory._accept, after="witness about to commit")
    SigningKey.sign = around(SigningKey.sign, before="witness persisted")  # type: ignore[method-assign]

from config.witness import application  # noqa: E402

__all__ = ["application"]
