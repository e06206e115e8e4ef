"""Acts on organizations and the people in them."""

from django.conf import settings
from django.db import IntegrityError, transaction
from django.utils import timezone

from evidence.ledger import statement
from evidence.models import Log
from trails import actors
from trails.actions import inputs, records
from trails.actors import SYSTEM, Actor
from trails.errors import Conflict, Invalid, NotFound
from trails.models import Activity, Membership, Organization, User
from trails.permissions import Act, require
from trails.words import Role


@transaction.atomic
def create_organization(
    *, name: str, admin: User | None = None, beta_enabled: bool | None = None, actor: Actor = SYSTEM
) -> Organization:
    """Create an organization with its log, its opening activity and, if given, its first admin.

    Only operators of the instance call this, so no role is asked. The opening record has no earlier
    record to point at: its subject's digest is the SHA-256 of the log's origin.
    """
    name = inputs.organization_name(name)
    if Organization.objects.filter(name__iexact=name).exists():
        raise Conflict(f"There is an organization called '{name}' already.", field="name")
    now = timezone.now()
    origin = f"{settings.PUBLIC_HOST}/{name}"
    try:
        with transaction.atomic():
            log = Log.objects.create(origin=origin)
    except IntegrityError as error:  # somebody was faster by a moment
        raise Conflict(f"There is a log called '{origin}' already.", field="name") from error
    details = {"organization": name, "origin": origin}
    opening = records.write(
        log,
        subject=name,
        subject_sha256=statement.sha256(origin.encode()),
        predicate_type=statement.ACTIVITY,
        predicate={"verb": "organization.created", "details": details},
        actor=actor,
        at=now,
    )
    enabled = settings.KOSLI_BETA_DEFAULT if beta_enabled is None else beta_enabled
    organization = Organization.objects.create(
        name=name, log=log, opening=opening, beta_enabled=enabled, created_at=now
    )
    Activity.objects.create(
        organization=organization,
        verb="organization.created",
        subject=name,
        details=details,
        at=now,
        record=opening,
        **actor.by_columns,
    )
    if admin is not None:
        set_role(organization=organization, user=admin, role=Role.ADMIN, actor=SYSTEM)
    return organization


@transaction.atomic
def create_user(*, email: str, name: str = "", password: str | None = None) -> User:
    """Create a person's account; without a password, one is set through the reset e-mail."""
    name = inputs.line(name, "name", limit=200)
    # What people are called in records has 200 characters, and that is the e-mail of the nameless.
    email = inputs.line(email, "email", limit=200).lower()
    if "@" not in email:
        raise Invalid(f"'{email}' is not an e-mail address.", field="email")
    if User.objects.filter(email=email).exists():
        raise Conflict(f"There is an account for {email} already.", field="email")
    try:
        user = User.objects.create_user(email, password, name=name)
    except IntegrityError as error:
        raise Conflict(f"There is an account for {email} already.", field="email") from error
    records.note(None, actor=SYSTEM, verb="user.created", subject=email)
    return user


@transaction.atomic
def set_role(*, organization: Organization, user: User, role: str, actor: Actor) -> Membership:
    """Give a person a role in the organization: add them, or change the role they have."""
    require(actor, Act.MANAGE_MEMBERS, organization)
    if role not in Role.values:
        raise Invalid(f"'{role}' is not a role. Use admin, writer or auditor.", field="role")
    _lock(organization, actor)
    membership = Membership.objects.filter(organization=organization, user=user).first()
    before = membership.role if membership else None
    if membership and before == role:
        return membership
    if membership and before == Role.ADMIN:
        _keep_an_admin(organization, user)
    if membership:
        membership.role = role
        membership.save(update_fields=["role"])
    else:
        membership = Membership.objects.create(organization=organization, user=user, role=role)
    records.activity(
        organization,
        actor=actor,
        verb="member.role-changed" if before else "member.added",
        details={"user": str(user.pk), "email": user.email, "before": before, "role": role},
        at=timezone.now(),
    )
    return membership


@transaction.atomic
def remove_member(*, organization: Organization, user: User, actor: Actor) -> None:
    """End a person's membership. The last admin stays."""
    require(actor, Act.MANAGE_MEMBERS, organization)
    _lock(organization, actor)
    membership = Membership.objects.filter(organization=organization, user=user).first()
    if membership is None:
        raise NotFound(f"{user.email} is not a member of '{organization.name}'.")
    if membership.role == Role.ADMIN:
        _keep_an_admin(organization, user)
    membership.delete()
    records.activity(
        organization,
        actor=actor,
        verb="member.removed",
        details={"user": str(user.pk), "email": user.email, "role": membership.role},
        at=timezone.now(),
    )


@transaction.atomic
def switch_beta(*, organization: Organization, enabled: bool, actor: Actor) -> None:
    """Enable or disable audit trails in the Kosli dialect (contract A8)."""
    require(actor, Act.SWITCH_BETA, organization)
    _lock(organization)
    organization.refresh_from_db(fields=["beta_enabled"])
    if organization.beta_enabled == enabled:
        return
    organization.beta_enabled = enabled
    organization.save(update_fields=["beta_enabled"])
    records.activity(
        organization,
        actor=actor,
        verb="beta.switched",
        details={"enabled": enabled},
        at=timezone.now(),
    )


def _lock(organization: Organization, actor: Actor | None = None) -> None:
    """Let one change of the organization's people and switches go on at a time.

    Whoever changes people must still be allowed to when it is their turn.
    """
    Organization.objects.select_for_update(no_key=True).get(pk=organization.pk)
    if actor is not None:
        require(actors.anew(actor), Act.MANAGE_MEMBERS, organization)


def _keep_an_admin(organization: Organization, leaving: User) -> None:
    admins = Membership.objects.filter(
        organization=organization, role=Role.ADMIN, user__is_active=True
    )
    if not admins.exclude(user=leaving).exists():
        raise Conflict(
            f"{leaving.email} is the last admin of '{organization.name}'. Make another one first.",
            field="role",
        )
