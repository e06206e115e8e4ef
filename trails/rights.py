"""What the application may do with each table, and no more: the list that `grants` grants from.

Threat. Whoever takes over a server process, or slips SQL into it, has what its role has. So that
role owns nothing, and what is written once it can read and add to: not even a mistake that gets
past the triggers changes a record. Of other tables it may do what some act of the product does; of
domain rows it may change those columns that an act changes, so that no key gets another owner and
no membership another person. What this cannot stop: rows that are added. Whoever can report can
report lies, and whoever can make people can make one who is an operator.

Not for people's rights (`trails.permissions`), and not for SQLite, which has no roles.
"""

from collections.abc import Mapping
from dataclasses import dataclass

from django.apps import apps
from django.conf import settings
from django.core.exceptions import ImproperlyConfigured
from django.db import models
from django.db.migrations.recorder import MigrationRecorder

from evidence.append_only import protected_models


@dataclass(frozen=True, slots=True)
class Rights:
    """What may be done with a table besides reading it.

    `update` names the fields that may be changed; `("*",)` is all of them. PostgreSQL lets nobody
    lock a row who may not update one of its columns.
    """

    insert: bool = False
    update: tuple[str, ...] = ()
    delete: bool = False


READ = Rights()
ADD = Rights(insert=True)
ALL = Rights(insert=True, update=("*",), delete=True)

# By label. Append-only models are not here: whatever they are, they are for adding.
_NEEDED: Mapping[str, Rights] = {
    "evidence.Pending": Rights(insert=True, delete=True),
    # Queues, and the places of workers in a round through the vault.
    "evidence.Round": Rights(
        insert=True, update=("after", "blobs", "bytes", "findings", "ended_at")
    ),
    "evidence.RoundPart": Rights(insert=True, update=("holder", "due_at"), delete=True),
    "evidence.Uncopied": Rights(insert=True, update=("tries", "due_at"), delete=True),
    "trails.User": Rights(insert=True, update=("*",)),  # the libraries of sign-in save it whole
    "trails.User_groups": READ,
    "trails.User_user_permissions": READ,
    "trails.Organization": Rights(insert=True, update=("beta_enabled",)),
    "trails.Membership": Rights(insert=True, update=("role",), delete=True),
    "trails.ServiceAccount": Rights(insert=True, update=("role",)),
    "trails.ApiKey": Rights(insert=True, update=("last_used_at", "expires_at", "revoked_at")),
    "trails.Trail": Rights(insert=True, update=("current", "archived_at", "archived_by")),
    "trails.WorkflowStatus": Rights(
        insert=True,
        update=("state", "reasons", "latest", "attestations", "missing", "last_at"),
    ),
    # Nothing changes a count; rows are locked while they are added up.
    "trails.StateCount": Rights(insert=True, update=("change",), delete=True),
    "trails.HeldFile": Rights(insert=True, delete=True),
    "trails.DirectUpload": Rights(
        insert=True,
        update=("state", "reason", "crc32", "checked", "taken_until", "expires_at"),
        delete=True,
    ),
    "trails.SearchText": ADD,
    # Packages of trails while they are prepared and kept for a while; they hold no facts.
    "trails.TrailPackage": ALL,
    "trails.TrailPackageBlock": Rights(insert=True, delete=True),
    "account.EmailAddress": Rights(insert=True, update=("*",)),
    "account.EmailConfirmation": READ,
    "mfa.Authenticator": ALL,
    "usersessions.UserSession": ALL,
    "sessions.Session": ALL,
    "admin.LogEntry": ADD,
    "auth.Permission": READ,
    "auth.Group": READ,
    "auth.Group_permissions": READ,
    "contenttypes.ContentType": READ,
}


@dataclass(frozen=True, slots=True)
class Table:
    """A table by its name in the database, with the columns that may be updated by theirs.

    `update` is empty for none, and `("*",)` for all.
    """

    name: str
    insert: bool
    update: tuple[str, ...]
    delete: bool


def tables() -> list[Table]:
    """Return every table that the application knows, and what it may do with it, by name.

    Raises `ImproperlyConfigured` for a model that nobody has thought about.
    """
    found = [_of(model) for model in apps.get_models(include_auto_created=True) if _is_kept(model)]
    found.append(Table(MigrationRecorder.Migration._meta.db_table, False, (), False))
    caches = {cache["LOCATION"] for cache in settings.CACHES.values() if "db" in cache["BACKEND"]}
    found += [Table(str(name), True, ("*",), True) for name in caches]
    return sorted(found, key=lambda table: table.name)


def _is_kept(model: type[models.Model]) -> bool:
    return model._meta.managed and not model._meta.proxy


def _of(model: type[models.Model]) -> Table:
    meta = model._meta
    if model in protected_models():
        return Table(meta.db_table, True, (), False)
    rights = _NEEDED.get(meta.label)
    if rights is None:
        raise ImproperlyConfigured(
            f"{meta.label} is not append-only, and trails/rights.py does not say what the "
            "application does with it. Add it there, with the least that works."
        )
    columns = tuple(
        name if name == "*" else str(meta.get_field(name).column)  # type: ignore[union-attr]
        for name in rights.update
    )
    return Table(meta.db_table, rights.insert, columns, rights.delete)
