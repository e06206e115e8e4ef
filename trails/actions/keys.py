"""Acts on service accounts and API keys."""

import datetime
import hashlib
import secrets
import uuid
from typing import Any

from django.db import IntegrityError, transaction
from django.utils import timezone

from trails.actions import inputs, records
from trails.actors import Actor
from trails.errors import Conflict, Forbidden, Invalid
from trails.models import ApiKey, Organization, ServiceAccount, User
from trails.permissions import Act, require
from trails.words import ActorKind, Role

TOKEN_PREFIX = "tk_"  # noqa: S105  the mark by which scanners find leaked keys, not a secret
PREFIX_LENGTH = 11  # of a token: the mark and eight characters
LONGEST_GRACE = datetime.timedelta(days=30)


def hash_token(token: str) -> str:
    """Return what is stored of a token: its hex SHA-256. It is random enough to need no salt."""
    return hashlib.sha256(token.encode()).hexdigest()


@transaction.atomic
def create_service_account(
    *, organization: Organization, name: str, role: str, actor: Actor
) -> ServiceAccount:
    """Create a machine's account in the organization."""
    require(actor, Act.MANAGE_KEYS, organization)
    name = inputs.line(name, "name")
    if not name:
        raise Invalid("A service account needs a name.", field="name")
    if role not in Role.values:
        raise Invalid(f"'{role}' is not a role. Use admin, writer or auditor.", field="role")
    try:
        with transaction.atomic():
            account = ServiceAccount.objects.create(organization=organization, name=name, role=role)
    except IntegrityError as error:
        raise Conflict(f"There is a service account called '{name}'.", field="name") from error
    records.activity(
        organization,
        actor=actor,
        verb="service-account.created",
        details={"id": str(account.pk), "name": name, "role": role},
        at=timezone.now(),
    )
    return account


@transaction.atomic
def set_service_role(*, account: ServiceAccount, role: str, actor: Actor) -> ServiceAccount:
    """Give a service account another role. Its keys work under it from their next call on."""
    require(actor, Act.MANAGE_KEYS, account.organization)
    if role not in Role.values:
        raise Invalid(f"'{role}' is not a role. Use admin, writer or auditor.", field="role")
    locked = ServiceAccount.objects.select_for_update().get(pk=account.pk)
    before = locked.role
    if before == role:
        return locked
    locked.role = account.role = role
    locked.save(update_fields=["role"])
    records.activity(
        account.organization,
        actor=actor,
        verb="service-account.role-changed",
        details={"id": str(locked.pk), "name": locked.name, "before": before, "role": role},
        at=timezone.now(),
    )
    return locked


@transaction.atomic
def issue_service_key(
    *,
    account: ServiceAccount,
    actor: Actor,
    description: str = "",
    expires_at: datetime.datetime | None = None,
) -> tuple[ApiKey, str]:
    """Issue a key to a service account. Returns it and its token, which is never shown again."""
    require(actor, Act.MANAGE_KEYS, account.organization)
    key, token = _issue(description, expires_at, service_account=account)
    records.activity(
        account.organization,
        actor=actor,
        verb="key.issued",
        details=_details(key) | {"service_account": account.name},
        at=timezone.now(),
    )
    return key, token


@transaction.atomic
def issue_user_key(
    *,
    user: User,
    actor: Actor,
    description: str = "",
    expires_at: datetime.datetime | None = None,
    token: str | None = None,
) -> tuple[ApiKey, str]:
    """Issue a key to a person, who alone may ask for it; it works in all their organizations.

    `token` is for seeding a conformance run with known tokens, which only the system may do.
    """
    if not (actor.kind is ActorKind.SYSTEM or _is_self(actor, user.pk)):
        raise Forbidden("People issue their own keys. Sign in as the owner of the key.")
    if token is not None and actor.kind is not ActorKind.SYSTEM:
        raise Forbidden("Only the system chooses the token of a key.")
    key, token = _issue(description, expires_at, user=user, token=token)
    records.note(None, actor=actor, verb="key.issued", subject=user.email, details=_details(key))
    return key, token


@transaction.atomic
def revoke_key(*, key: ApiKey, actor: Actor) -> None:
    """Make a key useless from now on: an admin for service accounts, people for their own.

    The system may revoke any, for a person who has lost the way in with the key.
    """
    _require_over(key, actor, "revoke")
    locked = ApiKey.objects.select_for_update().get(pk=key.pk)
    if locked.revoked_at is not None:
        return
    locked.revoked_at = key.revoked_at = timezone.now()
    locked.save(update_fields=["revoked_at"])
    _tell(locked, actor, "key.revoked", _details(locked))


@transaction.atomic
def rotate_key(
    *, key: ApiKey, actor: Actor, grace: datetime.timedelta, description: str | None = None
) -> tuple[ApiKey, str]:
    """Issue a successor to a key, and let the key itself end after a grace; 0 ends it at once.

    The successor has the same owner, description and length of life. The key never lives longer
    than it would have. Returns the successor and its token, which is never shown again.
    """
    _require_over(key, actor, "rotate")
    if not datetime.timedelta(0) <= grace <= LONGEST_GRACE:
        raise Invalid(f"A grace is between 0 and {LONGEST_GRACE.days} days.", field="grace")
    locked = ApiKey.objects.select_for_update().get(pk=key.pk)
    if not locked.is_usable:
        raise Conflict(f"The key {locked} works no more. Issue a new one.")
    now = timezone.now()
    life = locked.expires_at - locked.created_at if locked.expires_at else None
    successor, token = _issue(
        locked.description if description is None else description,
        now + life if life else None,
        user=locked.user,
        service_account=locked.service_account,
    )
    end = now + grace
    locked.expires_at = key.expires_at = min(locked.expires_at or end, end)
    locked.save(update_fields=["expires_at"])
    _tell(locked, actor, "key.rotated", _details(locked) | {"successor": _details(successor)})
    return successor, token


def _require_over(key: ApiKey, actor: Actor, act: str) -> None:
    """Return if the actor may decide about a key: an admin of its organization, or its owner."""
    account = key.service_account
    if account is not None:
        require(actor, Act.MANAGE_KEYS, account.organization)
    elif not (actor.kind is ActorKind.SYSTEM or _is_self(actor, key.user_id)):
        raise Forbidden(f"People {act} their own keys. Sign in as the owner of the key.")


def _tell(key: ApiKey, actor: Actor, verb: str, details: dict[str, Any]) -> None:
    """Write what was done to a key: with a record in the log if an organization owns it."""
    account = key.service_account
    if account is not None:
        records.activity(
            account.organization,
            actor=actor,
            verb=verb,
            details=details | {"service_account": account.name},
            at=timezone.now(),
        )
    else:
        owner = key.user.email if key.user else ""
        records.note(None, actor=actor, verb=verb, subject=owner, details=details)


def _is_self(actor: Actor, user_id: uuid.UUID | None) -> bool:
    return actor.user is not None and actor.user.pk == user_id


def _issue(
    description: str,
    expires_at: datetime.datetime | None,
    *,
    user: User | None = None,
    service_account: ServiceAccount | None = None,
    token: str | None = None,
) -> tuple[ApiKey, str]:
    if expires_at is not None and timezone.is_naive(expires_at):
        raise Invalid("The expiry has no time zone. Write one, such as Z.", field="expires_at")
    if expires_at is not None and expires_at <= timezone.now():
        raise Invalid("The expiry is in the past. Choose a later date.", field="expires_at")
    token = token or TOKEN_PREFIX + secrets.token_urlsafe(32)
    if len(token) < 2 * PREFIX_LENGTH:
        raise Invalid(f"A token needs at least {2 * PREFIX_LENGTH} characters.", field="token")
    key = ApiKey.objects.create(
        user=user,
        service_account=service_account,
        description=inputs.line(description, "description", limit=200),
        prefix=token[:PREFIX_LENGTH],
        sha256=hash_token(token),
        expires_at=expires_at,
    )
    return key, token


def _details(key: ApiKey) -> dict[str, str | None]:
    return {
        "id": str(key.pk),
        "prefix": key.prefix,
        "description": key.description,
        "expires_at": key.expires_at.isoformat() if key.expires_at else None,
    }
