"""`manage.py publish`, which dies at a chosen step: `python -m tests.anomalies.crashing_publish`.

It kills its process group, so it is started in one of its own.
"""

import os
import sys

import django
from django.core.management import call_command
from django.core.management.base import CommandError

from tests.anomalies import crashing
from tests.anomalies.crashing import around, inserting


def main() -> int:
    """Publish once; return the exit status."""
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "config.settings")
    django.setup()
    from evidence.ledger import vouched
    from evidence.models import Cosignature, Published
    from trails.http import outgoing

    if crashing.at:
        outgoing.post = around(outgoing.post, "witness about to be asked", "witness has answered")
        vouched.insert = inserting(  # type: ignore[attr-defined]
            vouched.insert,  # type: ignore[attr-defined]
            cosignatures_written=Cosignature,
            publication_written=Published,
        )
        vouched.store = around(vouched.store, after="publication committed")
    try:
        call_command("publish")
    except CommandError as error:
        sys.stderr.write(f"{error}\n")
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main())
