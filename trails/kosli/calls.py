"""Who calls, for which organization, and what of it they may reach: in the contract's words.

What the actor may see is decided by querysets, what they may do by `trails.permissions`; here are
the order of the questions and the exact texts of the answers (contract 0.1, A.2, A.4, A.7).
"""

from dataclasses import dataclass

from django.http import HttpRequest

from trails import lookups, permissions
from trails.actors import Actor
from trails.authentication import actor_of_key
from trails.errors import Forbidden, Invalid, NotFound, Unauthenticated
from trails.models import Organization, Trail, Workflow
from trails.permissions import Act
from trails.words import NAME, WORKFLOW_ID

BETA_GATE = (
    "The audit trail feature is in beta. You can enable the feature by running the following "
    "Kosli CLI command (version 2.3.2 or later):\n"
    "$ kosli enable beta\n"
    "Join our Slack community for more information: https://www.kosli.com/community/"
)


@dataclass(frozen=True, slots=True)
class Call:
    """A request by a member of an organization, authenticated and not yet authorized."""

    request: HttpRequest
    actor: Actor
    organization: Organization

    def require(self, act: Act) -> None:
        """Return if the caller may do this here; `Forbidden` if not."""
        permissions.require(self.actor, act, self.organization)

    def require_beta(self) -> None:
        """Return if the organization has enabled audit trails in this dialect (A.2).

        Asked before anything exists or not: in an organization without, all answers are the same.
        """
        if not self.organization.beta_enabled:
            raise Forbidden(BETA_GATE)

    def trail(self, name: str) -> Trail:
        """Return a trail of the organization, or `NotFound` in the words of A.4."""
        if not name:
            raise Invalid(
                "The name of the audit trail is empty. Give it, as in --audit-trail NAME.",
                field="audit_trail",
            )
        try:
            # What is no name is never asked for: a database refuses some of it with an error.
            if not NAME.fullmatch(name):
                raise NotFound(name)
            return lookups.trail(self.actor, self.organization.name, name)
        except NotFound:
            organization = self.organization.name
            raise NotFound(
                f"Audit Trail called '{name}' does not exist for organization '{organization}'"
            ) from None

    def workflow(self, trail: Trail, id: str) -> Workflow:
        """Return a workflow of a trail, or `NotFound` in the words of A.7."""
        organization = self.organization.name
        try:
            if not WORKFLOW_ID.fullmatch(id):
                raise NotFound(id)
            return lookups.workflow(self.actor, organization, trail.name, id)
        except NotFound:
            raise NotFound(
                f"Workflow with ID '{id}' does not exist for audit trail {trail.name} "
                f"in organization '{organization}'"
            ) from None


def caller(request: HttpRequest) -> Actor:
    """Return the actor of the key that came with the request; `Unauthenticated` without one."""
    actor = actor_of_key(request)
    if actor.is_anonymous:
        raise Unauthenticated("Send an API key: set KOSLI_API_TOKEN, or use --api-token.")
    return actor


def open_call(request: HttpRequest, actor: Actor, organization: str) -> Call:
    """Return the call of an actor for one of their organizations.

    For any other it is `Forbidden`, in the same words whether it exists or not (0.1).
    """
    found = None
    if NAME.fullmatch(organization):
        mine = Organization.objects.filter(pk__in=actor.organization_ids)
        found = mine.select_related("log", "opening").filter(name=organization).first()
    if found is None:
        raise Forbidden(f"Access denied to {request.path}")
    return Call(request, actor, found)
