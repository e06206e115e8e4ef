"""Why an organization is not exported or imported."""

from trails.errors import TrailsError


class Refused(TrailsError):
    """The export or the import does not take place. The text says why, and what to do."""
