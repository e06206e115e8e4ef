"""Takes an organization in from an export: bytes first, then all rows in one transaction.

In this order, which is the order of durability of a report as well:

1. the whole file is verified (`checking`), before anything is written
2. what speaks against it here is looked for: the organization exists, its log is known to be
   longer, people have accounts, the key that signs is another one
3. the files enter the vault, each hashed once more on its way. What is there already is read back
   and stays, so an import that was interrupted goes on where it was; `sweep` removes what an import
   that is given up has left behind
4. one transaction inserts every row as it was, looks again for every file, and has `trails.fsck`
   hold all of it against the log; a single finding takes everything back
5. after the commit, the newest checkpoint is kept outside of the database, pending records are
   sealed, and the words for searching are written

Rows are inserted, never changed, and what the database numbers it numbers itself.
"""

import uuid
from dataclasses import dataclass
from typing import BinaryIO

from django.conf import settings
from django.db import DatabaseError, transaction

from evidence.errors import Corrupt, EvidenceError
from evidence.ledger import log as ledger
from evidence.ledger import note, published
from evidence.ledger.keys import signing_key
from evidence.models import Log
from trails.actions.indexing import index_missing
from trails.models import Organization
from trails.moving import inserting, layout, people, putting, tar
from trails.moving.checking import Checked, check
from trails.moving.errors import Refused
from trails.moving.putting import Progress
from trails.moving.scratch import Scratch
from trails.moving.source import Source


@dataclass(frozen=True, slots=True)
class Options:
    """What an operator says about an import."""

    # The log's key, from its owner; without it the file is believed about its own key.
    key: note.Key | None = None
    # People of the file who have an account here are those people.
    map_people: bool = False
    # Another key than before may sign the next checkpoint.
    change_key: bool = False
    # The vault was copied by other means, and holds what an export without evidence leaves out.
    vault_has_evidence: bool = False


@dataclass(frozen=True, slots=True)
class Imported:
    """What an import did, and what its operator should know."""

    organization: Organization
    checked: Checked
    warnings: list[str]


def import_organization(
    file: BinaryIO,
    options: Options,
    progress: Progress = lambda what, done, total: None,
) -> Imported:
    """Import the export that a file holds, whole or not at all. `Refused` says why not."""

    def verified(read: int, total: int) -> None:
        progress("verified", read, total)

    with Scratch() as scratch:
        try:
            checked = check(file, scratch, key=options.key, progress=verified)
            return _import(Source(file, scratch, checked), options, progress)
        except (tar.BadTar, Corrupt) as error:
            raise Refused(str(error)) from error


def _import(source: Source, options: Options, progress: Progress) -> Imported:
    """Do everything that this file's docstring says, from its second step on."""
    _refuse_what_is_here(source, options)
    _refuse_older_history(source.checked)
    warnings = _look_at_the_key(source.checked, options)
    accounts = people.accounts_here(source.rows("trails.User"), may_map=options.map_people)
    putting.put(source, progress)
    try:
        with transaction.atomic():
            organization = inserting.write(source, accounts, progress)
    except DatabaseError as error:
        raise Refused(f"The database does not take a row of the export: {error}") from error
    warnings += _follow_up(organization, source, progress)
    return Imported(organization, source.checked, warnings)


def _refuse_what_is_here(source: Source, options: Options) -> None:
    name, origin = source.described.organization, source.described.origin
    if Organization.objects.filter(name__iexact=name).exists():
        raise Refused(
            f"There is an organization called '{name}' here already. An organization cannot be "
            "imported twice, nor under another name: its log and its records say this one."
        )
    if Log.objects.filter(origin=origin).exists():
        raise Refused(f"There is a log called '{origin}' here already.")
    if layout.EVIDENCE in source.described.leaves_out and not options.vault_has_evidence:
        raise Refused(
            "The export was made without evidence. Copy the vault first, and say so by "
            "--vault-has-evidence: whatever the file names will be readable to its members."
        )


def _refuse_older_history(checked: Checked) -> None:
    """Return unless this machine knows a larger tree of the log than the file has."""
    log = uuid.UUID(checked.log_id)
    kept = published.read(log)
    newest = checked.checkpoint
    size = newest.size if newest else 0
    if kept is not None and (
        kept.size > size or (newest and kept.size == size and kept.root != newest.root)
    ):
        raise Refused(
            f"{published.path(log)} knows {kept.size} records of this "
            f"log, and the export {size}, or others: it is an older copy. Import a newer one."
        )


def _look_at_the_key(checked: Checked, options: Options) -> list[str]:
    """Return what to tell about the key; `Refused` if another would sign without anybody's word."""
    newest = checked.vkey
    if not newest:
        return []
    if not settings.LOG_KEY:
        return [
            "LOG_KEY is not set here. New checkpoints need the old instance's, where "
            "`manage.py seal` runs."
        ]
    ours = signing_key(checked.description.origin).key.vkey
    if ours == newest:
        return []
    if not options.change_key:
        raise Refused(
            f"The log was signed by {newest}, and LOG_KEY here is {ours}. Set LOG_KEY_FILE to the "
            "key of the old instance. If this key shall sign from now on, add --change-key, and "
            "tell verifiers and witnesses."
        )
    return [f"From now on another key signs: tell verifiers {ours}"]


def _follow_up(organization: Organization, source: Source, progress: Progress) -> list[str]:
    """Do what follows from the commit. What fails is told, and can be done again."""
    warnings = []
    try:
        if source.checked.note:
            published.write(organization.log_id, source.checked.note)
        if settings.SEALING == "inline" and settings.LOG_KEY:
            ledger.seal(organization.log)
    except (OSError, EvidenceError) as error:
        warnings.append(str(error))
    index_missing(lambda looked, made: progress("indexed", looked, 0))
    if next(source.rows("mfa.Authenticator"), None) is not None:
        warnings.append(
            "Second factors by app and recovery codes work only under the SECRET_KEY of the old "
            "instance. Under another one, see `manage.py forget_second_factor`."
        )
    return warnings
