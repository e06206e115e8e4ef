"""What kind of process this is, and what its connections to the database may do because of it.

A server has a role that owns nothing, and gives up on statements that take too long. A command of
`manage.py` takes as long as it needs, and those that make tables, or empty them, need to own them.
`manage.py` says which command it runs before the settings are read; all else is a server.

Not for deciding who may run what: that is up to whoever holds the database's passwords.
"""

from collections.abc import Sequence

OWNERS = frozenset({"migrate", "createcachetable", "grants", "seed", "flush"})
"""Commands that make, alter, grant or empty tables, which only their owner can."""

command: str | None = None
"""The command that `manage.py` runs; None in a server and in tests."""
as_owner = False
"""Whether this process connects as the owner of the tables (`DATABASE_OWNER_URL`)."""


def runs(arguments: Sequence[str]) -> None:
    """Note the command line of `manage.py`, without the program's own name."""
    global command, as_owner
    command = arguments[0] if arguments else None
    # What the application may really do is seen by the application alone.
    as_owner = command in OWNERS and "--check" not in arguments


def serves() -> bool:
    """Tell whether somebody waits for this process, so that it has to give up in time."""
    return command in {None, "runserver"}
