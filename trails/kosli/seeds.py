"""The file that `manage.py seed` reads: who there is in a conformance run. Reads, writes nothing.

    {"users": [{"name": "alice", "token": "<22 characters or more>"}],
     "organizations": [
       {"name": "alice-shared", "beta_enabled": false, "members": {"alice": "admin"}}]}

Of a user: `name`; optionally `email` (else `<name>@example.com`), `password` (else none works),
`token` or `tokens`, and `personal_organization` (true unless told otherwise), an organization of
the user's name whose admin the user is. Of an organization: `name`; optionally `beta_enabled` (else
as KOSLI_BETA_DEFAULT says) and `members`, from a user's name to admin, writer or auditor. An
organization that is named like a user is that user's personal one.
"""

import json
import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any

from django.core.exceptions import ValidationError
from django.core.validators import validate_email

from trails.actions import inputs
from trails.actions.keys import PREFIX_LENGTH
from trails.errors import Invalid
from trails.words import Role

# What a header carries unharmed: no space, no colon (Basic splits there), no comma (the CLI does).
_TOKEN = re.compile(rf"[A-Za-z0-9._~+/=\-]{{{2 * PREFIX_LENGTH},4096}}")
_USER_KEYS = {"name", "email", "password", "token", "tokens", "personal_organization"}
_ORGANIZATION_KEYS = {"name", "beta_enabled", "members"}


class BadSeed(Exception):
    """The file is not what the format says. The text has a line for each problem."""


@dataclass(frozen=True, slots=True)
class Person:
    """A user to be made, with the keys that work from the start."""

    name: str
    email: str
    password: str | None
    tokens: tuple[str, ...]


@dataclass(slots=True)
class Tenant:
    """An organization to be made; `members` maps names of users to roles."""

    name: str
    beta_enabled: bool | None = None
    members: dict[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Seed:
    """Everything there will be."""

    people: list[Person]
    tenants: list[Tenant]


def read(text: str) -> Seed:
    """Return what a seed file says, checked as a whole; `BadSeed` lists all that is wrong."""
    try:
        content = json.loads(text)
    except (ValueError, RecursionError) as error:
        raise BadSeed(f"The file is not valid JSON: {error}.") from error
    reader = _Reader()
    seed = reader.seed(content)
    if reader.problems:
        raise BadSeed("\n".join(reader.problems))
    return seed


class _Reader:
    """Reads on after a problem, so that all are told at once."""

    def __init__(self) -> None:
        self.problems: list[str] = []
        self.taken: set[tuple[str, str]] = set()

    def seed(self, content: Any) -> Seed:
        content = self.record(content, {"users", "organizations"}, "The file")
        people: list[Person] = []
        tenants: dict[str, Tenant] = {}
        personal: list[str] = []
        for where, entry in self.entries(content, "users", _USER_KEYS):
            people.append(self.person(where, entry))
            if self.flag(where, entry, "personal_organization") is not False:
                personal.append(people[-1].name)
        names = {person.name for person in people}
        for where, entry in self.entries(content, "organizations", _ORGANIZATION_KEYS):
            tenant = self.tenant(where, entry, names)
            tenants[tenant.name.lower()] = tenant
        for name in personal:
            self.checked(f"The personal organization of {name!r}", inputs.organization_name, name)
            tenants.setdefault(name.lower(), Tenant(name)).members.setdefault(name, Role.ADMIN)
        return Seed(people, list(tenants.values()))

    def person(self, where: str, entry: dict[str, Any]) -> Person:
        name = self.checked(where, lambda value: inputs.line(value, "name"), entry.get("name"))
        self.once("user", name, where)
        email = entry.get("email", f"{name}@example.com")
        try:
            validate_email(str(email))
        except ValidationError:
            self.problems.append(f"{where}: {email!r} is not an e-mail address.")
        self.once("e-mail address", str(email), where)
        password = entry.get("password")
        if password is not None and not (isinstance(password, str) and password):
            self.problems.append(f"{where}: the password must be text.")
        tokens = entry.get("tokens", [])
        if not isinstance(tokens, list):
            self.problems.append(f"{where}: tokens must be a list.")
            tokens = []
        tokens = [*([entry["token"]] if "token" in entry else []), *tokens]
        for token in tokens:
            if not (isinstance(token, str) and _TOKEN.fullmatch(token)):
                self.problems.append(
                    f"{where}: a token has {2 * PREFIX_LENGTH} characters or more, of letters, "
                    "digits and . _ - ~ + / =."
                )
            # The case of a token counts, so `once` compares its code points.
            self.once("token", str(token).encode().hex(), where, shown="this token")
        return Person(name, str(email), password, tuple(tokens))

    def tenant(self, where: str, entry: dict[str, Any], users: set[str]) -> Tenant:
        name = self.checked(where, inputs.organization_name, entry.get("name"))
        self.once("organization", name, where)
        members = entry.get("members", {})
        if not isinstance(members, dict):
            self.problems.append(f"{where}: members must be an object, from user to role.")
            members = {}
        for user, role in members.items():
            if user not in users:
                self.problems.append(f"{where}: there is no user {user!r} in the file.")
            if role not in Role.values:
                self.problems.append(f"{where}: {role!r} is not a role: admin, writer or auditor.")
        return Tenant(name, self.flag(where, entry, "beta_enabled"), dict(members))

    def entries(
        self, content: dict[str, Any], key: str, known: set[str]
    ) -> Iterator[tuple[str, dict[str, Any]]]:
        found = content.get(key, [])
        if not isinstance(found, list):
            self.problems.append(f"{key} must be a list.")
            return
        for number, entry in enumerate(found, start=1):
            where = f"{key}, entry {number}"
            yield where, self.record(entry, known, where)

    def record(self, value: Any, known: set[str], where: str) -> dict[str, Any]:
        if not isinstance(value, dict):
            self.problems.append(f"{where} must be a JSON object.")
            return {}
        for key in sorted(set(value) - known):
            self.problems.append(f"{where}: {key!r} is not known; use {', '.join(sorted(known))}.")
        return value

    def flag(self, where: str, entry: dict[str, Any], key: str) -> bool | None:
        value = entry.get(key)
        if value is not None and not isinstance(value, bool):
            self.problems.append(f"{where}: {key} must be true or false.")
            return None
        return value

    def checked(self, where: str, rule: Any, value: Any) -> str:
        try:
            found: str = rule(value)
            if found:
                return found
            self.problems.append(f"{where}: the name is empty.")
        except Invalid as error:
            self.problems.append(f"{where}: {error.message}")
        return str(value)

    def once(self, kind: str, value: str, where: str, shown: str | None = None) -> None:
        if (kind, value.lower()) in self.taken:
            self.problems.append(f"{where}: {shown or repr(value)} is there twice as {kind}.")
        self.taken.add((kind, value.lower()))
