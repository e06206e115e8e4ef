"""The ways that the S3 API offers to overwrite, delete or unlock an object, as a table.

Each is a deed on one canary, and some are only worth something by the deletion that follows. What
they come to is judged in `attempts`.
"""

from collections.abc import Callable
from dataclasses import dataclass

from evidence.vault.check.asking import Answer
from evidence.vault.check.canaries import Bucket, Canary

_OTHER = b"other bytes"


@dataclass(frozen=True, slots=True)
class Attack:
    """An attempt: its words, its deed, and the deletion that would profit from it."""

    name: str
    tried: str
    act: Callable[[Bucket, Canary], Answer]
    then: Callable[[Bucket, Canary], Answer] | None = None
    # The store may agree to it, since a newer version or a marker harms no locked one.
    may_agree: bool = False
    only_compliance: bool = False


def delete_version(bucket: Bucket, canary: Canary) -> Answer:
    """Delete the very version of a canary; where there are no versions, the object."""
    return bucket.ask("delete_object", **canary.which)


def delete_version_bypassing(bucket: Bucket, canary: Canary) -> Answer:
    """Delete it, claiming the right to bypass GOVERNANCE."""
    return bucket.ask("delete_object", **canary.which, BypassGovernanceRetention=True)


def _delete_batch(bucket: Bucket, canary: Canary) -> Answer:
    return bucket.ask("delete_objects", Delete={"Objects": [canary.which]})


def _delete_batch_bypassing(bucket: Bucket, canary: Canary) -> Answer:
    return bucket.ask(
        "delete_objects", Delete={"Objects": [canary.which]}, BypassGovernanceRetention=True
    )


def _shorten(bypass: bool) -> Callable[[Bucket, Canary], Answer]:
    def act(bucket: Bucket, canary: Canary) -> Answer:
        retention = {"Mode": canary.mode or "COMPLIANCE", "RetainUntilDate": bucket.soon()}
        more = {"BypassGovernanceRetention": True} if bypass else {}
        return bucket.ask("put_object_retention", **canary.which, Retention=retention, **more)

    return act


def _weaken(bypass: bool) -> Callable[[Bucket, Canary], Answer]:
    def act(bucket: Bucket, canary: Canary) -> Answer:
        retention = {"Mode": "GOVERNANCE", "RetainUntilDate": canary.until or bucket.until}
        more = {"BypassGovernanceRetention": True} if bypass else {}
        return bucket.ask("put_object_retention", **canary.which, Retention=retention, **more)

    return act


def _unlock(bucket: Bucket, canary: Canary) -> Answer:
    return bucket.ask(
        "put_object_retention", **canary.which, Retention={}, BypassGovernanceRetention=True
    )


ATTACKS = (
    Attack(
        "overwrite-if-absent",
        "Other bytes under the same name, on condition that nothing has it (If-None-Match).",
        lambda bucket, canary: bucket.overwrite(canary.key, _OTHER, IfNoneMatch="*"),
    ),
    Attack(
        "overwrite",
        "Other bytes under the same name.",
        lambda bucket, canary: bucket.overwrite(canary.key, _OTHER),
        may_agree=True,
    ),
    Attack(
        "delete",
        "Deletion of the name, without a version.",
        lambda bucket, canary: bucket.ask("delete_object", Key=canary.key),
        may_agree=True,
    ),
    Attack("delete-version", "Deletion of the version.", delete_version),
    Attack(
        "delete-version-bypassing",
        "Deletion of the version, bypassing GOVERNANCE.",
        delete_version_bypassing,
    ),
    Attack("delete-batch", "Deletion of the version by a batch.", _delete_batch),
    Attack(
        "delete-batch-bypassing",
        "Deletion of the version by a batch, bypassing GOVERNANCE.",
        _delete_batch_bypassing,
    ),
    Attack(
        "shorten",
        "An earlier end of the lock, and deletion after it.",
        _shorten(bypass=False),
        then=delete_version,
    ),
    Attack(
        "shorten-bypassing",
        "An earlier end of the lock, bypassing GOVERNANCE, and deletion after it.",
        _shorten(bypass=True),
        then=delete_version,
    ),
    Attack(
        "weaken",
        "GOVERNANCE in place of COMPLIANCE, and deletion that bypasses it.",
        _weaken(bypass=False),
        then=delete_version_bypassing,
        only_compliance=True,
    ),
    Attack(
        "weaken-bypassing",
        "GOVERNANCE in place of COMPLIANCE, bypassing, and deletion that bypasses it.",
        _weaken(bypass=True),
        then=delete_version_bypassing,
        only_compliance=True,
    ),
    Attack(
        "unlock",
        "No lock in place of the lock, bypassing GOVERNANCE, and deletion.",
        _unlock,
        then=delete_version,
    ),
)
