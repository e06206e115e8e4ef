"""Makes the demo's organization and the people in it, through actions, or finds them there.

Each secret is in the file before the database knows it, so that an interruption loses none.
"""

from dataclasses import dataclass

from django.db import transaction

from trails import actors
from trails.actions.keys import (
    create_service_account,
    hash_token,
    issue_service_key,
    issue_user_key,
)
from trails.actions.organizations import create_organization, create_user, set_role
from trails.actors import SYSTEM, Actor
from trails.demo.bank import ACCOUNT, ADMIN, AUDITOR, ORGANIZATION, WRITER, Person
from trails.demo.script import Reporter
from trails.demo.sign_ins import SignIns
from trails.errors import Conflict
from trails.models import ApiKey, Organization, ServiceAccount, User
from trails.words import Role

_ROLES = {ADMIN: Role.ADMIN, WRITER: Role.WRITER, AUDITOR: Role.AUDITOR}


@dataclass(frozen=True, slots=True)
class SignIn:
    """How somebody signs in. `password` is None when the file's is not the account's any more."""

    role: str
    email: str
    password: str | None


@dataclass(frozen=True, slots=True)
class Cast:
    """Who plays: the organization, the actors of its reporters, and how to sign in as them."""

    organization: Organization
    actors: dict[Reporter, Actor]
    sign_ins: list[SignIn]
    admin_key: str
    automation_key: str


def assemble(sign_ins: SignIns) -> Cast:
    """Return the cast, made where it is missing. `Conflict` when the name is somebody else's."""
    _refuse_a_stranger()
    known = {person: _account(person, sign_ins) for person in _ROLES}
    users = {person: user for person, (user, _) in known.items()}
    organization = Organization.objects.filter(name=ORGANIZATION).first()
    if organization is None:
        organization = create_organization(name=ORGANIZATION, admin=users[ADMIN])
    for person, role in _ROLES.items():
        set_role(organization=organization, user=users[person], role=role, actor=SYSTEM)
    admin = actors.for_user(users[ADMIN])
    account = _service_account(organization, admin)
    return Cast(
        organization,
        {
            Reporter.ADMIN: admin,
            Reporter.WRITER: actors.for_user(users[WRITER]),
            Reporter.AUTOMATION: actors.for_service_account(account),
        },
        [SignIn(_ROLES[who], who.email, password) for who, (_, password) in known.items()],
        admin_key=_key(sign_ins, users[ADMIN], admin),
        automation_key=_key(sign_ins, account, admin),
    )


def _refuse_a_stranger() -> None:
    """Leave an organization alone that has the demo's name and is not the demo's."""
    organization = Organization.objects.filter(name__iexact=ORGANIZATION).first()
    if organization and not organization.memberships.filter(user__email=ADMIN.email).exists():
        raise Conflict(
            f"There is an organization called '{organization.name}' that the demo did not make. "
            "Run the demo on an instance of its own: another DATA_DIR and DATABASE_URL."
        )


def _account(person: Person, sign_ins: SignIns) -> tuple[User, str | None]:
    user = User.objects.filter(email=person.email).first()
    password = sign_ins.password(person.email)
    if user is None:
        password = password or sign_ins.draw_password(person.email)
        return create_user(email=person.email, name=person.name, password=password), password
    works = password is not None and user.check_password(password)
    return user, password if works else None


def _service_account(organization: Organization, admin: Actor) -> ServiceAccount:
    found = ServiceAccount.objects.filter(organization=organization, name=ACCOUNT).first()
    return found or create_service_account(
        organization=organization, name=ACCOUNT, role=Role.WRITER, actor=admin
    )


def _key(sign_ins: SignIns, owner: User | ServiceAccount, admin: Actor) -> str:
    """Return a token that works: the one in the file, or that of a new key."""
    name = owner.email if isinstance(owner, User) else owner.name
    token = sign_ins.key(name)
    if token is not None:
        key = ApiKey.objects.filter(sha256=hash_token(token)).first()
        if key is not None and key.is_usable:
            return token
    words = "Made by the demo"
    with transaction.atomic():
        if isinstance(owner, User):
            _, token = issue_user_key(user=owner, actor=admin, description=words)
        else:
            _, token = issue_service_key(account=owner, actor=admin, description=words)
        sign_ins.keep_key(name, token)
    return token
