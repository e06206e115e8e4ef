"""Every table is either written once or excused here, with the reason why its rows may change."""

from django.apps import apps

from evidence.append_only import protected_models

MAY_CHANGE = {
    "evidence.Pending": "a queue: a record leaves it when it has its index, and stays a record",
    "evidence.Round": "the place of a check that goes on; what it found is written once",
    "evidence.RoundPart": "what a worker is busy with; it leaves when it is done",
    "evidence.Uncopied": "a queue: a blob leaves it when it is in the replica, and stays a blob",
    "trails.Organization": "a switch is flipped; its name, log and opening are in records",
    "trails.Trail": "points at the newest version; versions are written once",
    "trails.SearchText": "words derived from rows that are written once; rebuilt by a command",
    "trails.StateCount": "sums over statuses, added up now and then; counted again by a command",
    "trails.WorkflowStatus": "a cache over attestations, which are written once",
    "trails.Membership": "roles change and end; each change leaves an activity and a record",
    "trails.ServiceAccount": "a role may change; each change leaves an activity and a record",
    "trails.ApiKey": "is revoked and counts its last use; its issue and end leave an activity",
    "trails.DirectUpload": "an upload to the store that waits for its attestation",
    "trails.HeldFile": "an upload that waits for its attestation, for a day at most",
    "trails.TrailPackage": "derived from what is written once; ends after some days",
    "trails.TrailPackageBlock": "a piece of a package of a trail, which ends after some days",
    "trails.User": "people change their passwords",
}
# Of other people's apps: rows about sign-in, sessions and the admin, no evidence of anything.
OTHERS = {"account", "admin", "auth", "contenttypes", "mfa", "sessions", "usersessions"}


def test_every_model_is_written_once_or_excused() -> None:
    protected = {model._meta.label for model in protected_models()}
    ours = {
        model._meta.label
        for model in apps.get_models(include_auto_created=True)
        if model._meta.app_label not in OTHERS
    } - {"trails.User_groups", "trails.User_user_permissions"}  # who may open the admin
    assert ours - protected == set(MAY_CHANGE)
    assert not protected & set(MAY_CHANGE)


def test_no_excused_model_is_a_fact_that_design_says_is_written_once() -> None:
    facts = {"Record", "Attestation", "Evidence", "Workflow", "TrailVersion", "Activity", "Blob"}
    assert facts <= {model.__name__ for model in protected_models()}
