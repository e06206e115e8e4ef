"""Removes the bytes of evidence that was disposed of, if nothing else needs them.

Several files may have the same bytes, in any organization: they go with the last one that is
disposed of. The list of an attestation's evidence is needed for its statement, and never goes.
"""

import logging
import time
from collections.abc import Collection, Iterable

from django.db.models import Exists, OuterRef

from evidence.errors import VaultUnavailable
from evidence.models import Blob
from evidence.vault import erasing
from evidence.vault.erasing import Erased
from trails.models import Attestation, Disposal, Evidence

logger = logging.getLogger(__name__)

# A person waits for the page meanwhile. What is left is removed by `manage.py sweep`.
_SECONDS = 5.0
_AT_ONCE = 500


def spent(digests: Collection[str]) -> set[str]:
    """Return those of some digests whose every file was disposed of, and nothing else needs."""
    named = Evidence.objects.filter(blob=OuterRef("pk"))
    lists = Attestation.objects.filter(evidence_list=OuterRef("pk"))
    found = Blob.objects.filter(
        Exists(named.disposed()), ~Exists(named.kept()), ~Exists(lists), pk__in=digests
    )
    return set(found.values_list("pk", flat=True))


def erase_for_a_while(digests: Iterable[str]) -> None:
    """Remove bytes whose disposal has just been committed, as many as the time allows.

    Says in the log what it could not do: the disposal is committed, and an error now would tell the
    person that it is not.
    """
    end = time.monotonic() + _SECONDS
    try:
        for erased in erasing.erase(digests, spent):
            if time.monotonic() > end:
                logger.info("Not all disposed bytes are removed yet. `manage.py sweep` goes on.")
                return
            if erased.retained:
                _tell(erased)
    except (VaultUnavailable, OSError) as error:
        logger.warning("Disposed bytes are not removed yet: %s Run `manage.py sweep`.", error)


def finish() -> Erased:
    """Go through the vault and remove all bytes that were disposed of and are still there."""
    if not Disposal.objects.exists():
        return Erased()
    return erasing.erase_everything(spent)


def _tell(erased: Erased) -> None:
    logger.warning(
        "The store keeps %d disposed files, because of a retention or hold of its own. "
        "`manage.py sweep` removes them when that has ended.",
        erased.retained,
    )
