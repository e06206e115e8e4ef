"""The parts of a page's address: names and ids as `trails.words` allows them.

A word that is reserved is no name here, so that no page hides another route or answers for it.
"""

from trails.words import (
    NAME,
    NAME_LIMIT,
    RESERVED_ORGANIZATIONS,
    RESERVED_TRAILS,
    RESERVED_WORKFLOWS,
    WORKFLOW_ID,
    WORKFLOW_ID_LIMIT,
)


class OrganizationName:
    """The name of an organization."""

    regex = NAME.pattern
    limit = NAME_LIMIT
    reserved = RESERVED_ORGANIZATIONS
    any_case = True

    def to_python(self, value: str) -> str:
        """Return the name; ValueError, which means "another route", when it can be none."""
        compared = value.lower() if self.any_case else value
        if len(value) > self.limit or compared in self.reserved:
            raise ValueError(value)
        return value

    def to_url(self, value: str) -> str:
        """Return the name as it stands in an address; Django quotes it."""
        return value


class TrailName(OrganizationName):
    """The name of a trail."""

    reserved = RESERVED_TRAILS


class WorkflowId(OrganizationName):
    """The id of a workflow."""

    regex = WORKFLOW_ID.pattern
    limit = WORKFLOW_ID_LIMIT
    reserved = RESERVED_WORKFLOWS
    any_case = False
