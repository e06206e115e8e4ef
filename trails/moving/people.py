"""Which account here belongs to a person of an export.

Threat. A file from elsewhere names people by address. If that were enough, whoever writes a file
could set the password of an account here, add a key to it, or take away its second factor. So a
person who is unknown here gets an account as the file says; a person whose address or id is known
stays as they are here, and gets only a membership, and only if the operator has said that these are
the same people. Nobody becomes an operator by an import.
"""

import uuid
from collections.abc import Iterable, Mapping
from typing import Any

from trails.models import User
from trails.moving.errors import Refused
from trails.moving.scratch import batches

Row = Mapping[str, Any]
Accounts = Mapping[uuid.UUID, uuid.UUID]
"""The account here of a person of the file, by their id there."""
_AT_ONCE = 200
_NAMED = 20


def accounts_here(people: Iterable[Row], *, may_map: bool) -> dict[uuid.UUID, uuid.UUID]:
    """Return the account of each person of the file who has one here, by their id in the file.

    `Refused` with their addresses unless `may_map`; and where an id is another person's here.
    """
    found: dict[uuid.UUID, uuid.UUID] = {}
    known: list[str] = []
    for some in batches(people, _AT_ONCE):
        by_email = {user.email: user for user in User.objects.filter(email__in=_of(some, "email"))}
        by_id = User.objects.in_bulk(_of(some, "id"))
        for person in some:
            same = by_id.get(person["id"])
            if same is not None and same.email != person["email"]:
                raise Refused(
                    f"The account of {person['email']} has the id of another account here, "
                    f"{same.pk}. One of the two was renamed: give both the same address."
                )
            here = by_email.get(person["email"])
            if here is not None:
                found[person["id"]] = here.pk
                known.append(here.email)
    if known and not may_map:
        more = f" and {len(known) - _NAMED} more" if len(known) > _NAMED else ""
        raise Refused(
            f"These people have accounts here already: {', '.join(known[:_NAMED])}{more}. If they "
            "are the same people, add --map-people: they keep password, keys and second factor as "
            "they are here, and become members."
        )
    return found


def mapped(table: str, row: dict[str, Any], accounts: Accounts) -> dict[str, Any] | None:
    """Return a row as it is inserted, None for one that belongs to an account that is here."""
    if table == "trails.User":
        return None if row["id"] in accounts else row
    if table in {"trails.ApiKey", "mfa.Authenticator"}:
        return None if row["user_id"] in accounts else row
    if table == "trails.Membership" and row["user_id"] in accounts:
        return row | {"user_id": accounts[row["user_id"]]}
    return row


def _of(people: Iterable[Row], name: str) -> list[Any]:
    return [person[name] for person in people]
