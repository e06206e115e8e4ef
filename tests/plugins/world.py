"""The named world of the tests: an owner, a writer, an auditor, a robot, and an outsider.

They live in organization `acme`; the outsider is the admin of `rival`. `acme` has a public trail
`prod-server-access` and a private one `case-worker-access`. Everything is made through actions.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import pytest
from django.test import Client

from evidence.vault import store
from trails import actors, lookups
from trails.actions.attestations import Report, Upload, attest
from trails.actions.keys import create_service_account, issue_service_key, issue_user_key
from trails.actions.organizations import create_organization, create_user, set_role
from trails.actions.trails import configure_trail
from trails.actions.workflows import begin_workflow
from trails.actors import Actor
from trails.models import Attestation, Organization, Trail, User, Workflow

PASSWORD = "correct horse battery staple"  # of people who exist in tests only
STEPS = ("user-identity", "service-identity", "command-logs")


@dataclass(frozen=True)
class World:
    """Who and what there is, and short ways to do things as one of them."""

    acme: Organization
    rival: Organization
    owner: User
    writer: User
    auditor: User
    outsider: User
    tokens: Mapping[str, str]
    public: Trail
    private: Trail

    def actor(self, name: str) -> Actor:
        """Return the actor of a person by name, with the roles they have now."""
        return actors.for_user(getattr(self, name))

    def bearer(self, name: str) -> dict[str, str]:
        """Return the headers of a person, or of `robot`, for a Client."""
        return {"Authorization": f"Bearer {self.tokens[name]}"}

    def client(self, name: str | None = None) -> Client:
        """Return a browser, signed in as somebody or as nobody."""
        client = Client()
        if name is not None:
            client.force_login(getattr(self, name))
        return client

    def begin(self, id: str = "run-1", trail: Trail | None = None, **fields: Any) -> Workflow:
        """Begin a workflow as the writer; by default in the public trail."""
        trail = trail or self.public
        begin_workflow(actor=self.actor("writer"), trail=trail, id=id, **fields)
        return lookups.workflow(self.actor("writer"), trail.organization.name, trail.name, id)

    def attest(
        self,
        workflow: Workflow,
        step: str = "user-identity",
        is_compliant: bool | None = True,
        files: Mapping[str, bytes] | None = None,
        **fields: Any,
    ) -> Attestation:
        """Attest as the writer, with files given as name → bytes."""
        uploads = [Upload(name, store.stage([data])) for name, data in (files or {}).items()]
        try:
            made = attest(
                actor=self.actor("writer"),
                workflow=workflow,
                report=Report(step=step, is_compliant=is_compliant, **fields),
                uploads=uploads,
            )
        finally:
            for upload in uploads:
                upload.staged.discard()
        return made.attestation


def build_world() -> World:
    """Make the world in the current database."""
    people = {
        name: create_user(email=f"{name}@example.com", name=name.title(), password=PASSWORD)
        for name in ("owner", "writer", "auditor", "outsider")
    }
    acme = create_organization(name="acme", admin=people["owner"])
    rival = create_organization(name="rival", admin=people["outsider"])
    owner = actors.for_user(people["owner"])
    for name in ("writer", "auditor"):
        set_role(organization=acme, user=people[name], role=name, actor=owner)
    tokens = {
        name: issue_user_key(user=user, actor=actors.for_user(user))[1]
        for name, user in people.items()
    }
    robot = create_service_account(organization=acme, name="robot", role="writer", actor=owner)
    tokens["robot"] = issue_service_key(account=robot, actor=owner)[1]
    trails = [
        configure_trail(
            actor=owner,
            organization=acme,
            name=name,
            description=f"The trail {name}",
            visibility=visibility,
            steps=STEPS,
        ).trail
        for name, visibility in (
            ("prod-server-access", "public"),
            ("case-worker-access", "private"),
        )
    ]
    return World(acme, rival, **people, tokens=tokens, public=trails[0], private=trails[1])


@pytest.fixture
def world(db: None) -> World:
    """The named world, in the test's own transaction."""
    return build_world()


@pytest.fixture
def shared_world(transactional_db: None) -> World:
    """The named world, committed, for tests with threads or processes of their own."""
    return build_world()
