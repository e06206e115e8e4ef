"""What is tried against a bucket that says it is write-once, and what was so afterwards.

Threat. Whoever has the application's credentials, after breaking into it say, overwrites, deletes
or unlocks evidence. Each way that the S3 API offers is tried here, on canaries, with exactly these
credentials. What a store answers decides nothing: after each attempt the bytes and the lock are
read anew, and all canaries once more at the end. A lock that only seems to be changed, or only
seems not to be, shows when the version is deleted next.

A refusal could be for want of the right to delete, and then says nothing about the lock: an object
without a lock must go away by the same credentials.
"""

import datetime
from dataclasses import replace

from evidence.vault.check.asking import Answer
from evidence.vault.check.attacks import ATTACKS, Attack, delete_version, delete_version_bypassing
from evidence.vault.check.canaries import Bucket, Canary
from evidence.vault.check.verdict import Attempt, Outcome, Report

_WHOLE = "The bytes and their lock are as they were."
_ON_TOP = (
    "The locked version is whole. The name leads to the newer bytes until they are taken away; "
    "readers refuse them, because their SHA-256 is not the name."
)
_HIDDEN = "The locked version is whole. The name leads to nothing until the marker is taken away."
_ONLY_SAID = " The store said that it did it, and did not."


def on_objects(bucket: Bucket) -> list[Attempt]:
    """Return the attempts on objects. Takes some seconds, for it waits once.

    `VaultUnavailable` when the store does not answer, or its locks end before the attempts do.
    """
    locking, until = _lock(bucket)
    control = _control_canary(bucket)
    tried: list[tuple[Attack, Canary, list[Answer], Attempt]] = []
    for attack in ATTACKS:
        if attack.only_compliance and bucket.mode != "COMPLIANCE":
            continue
        canary = bucket.release(attack.name, locked_until=until)
        answers = [attack.act(bucket, canary)]
        tried.append((attack, canary, answers, _judged(bucket, attack, canary, answers)))
    # Until the ends that the attempts put are over: then a shorter lock would let go.
    bucket.wait_until_soon_is_over()
    for number, (attack, canary, answers, attempt) in enumerate(tried):
        if attack.then is not None and attempt.outcome is Outcome.HELD:
            answers.append(attack.then(bucket, canary))
            tried[number] = (*tried[number][:3], _judged(bucket, attack, canary, answers))
    hold, controlled = _hold(bucket), _control(bucket, control)
    # A store may give up late what it has deleted.
    attempts = [_looked_at_again(bucket, canary, attempt) for _, canary, _, attempt in tried]
    bucket.refuse_if_over(until)
    return [locking, *attempts, hold, controlled]


def remarks(bucket: Bucket, report: Report) -> list[str]:
    """Return what the verdict alone would leave unsaid."""
    said = []
    if bucket.mode == "GOVERNANCE":
        said.append(
            "GOVERNANCE: whoever holds s3:BypassGovernanceRetention can still delete. "
            + (
                "These credentials can."
                if any(name.endswith("-bypassing") for name in report.broken)
                else "These credentials cannot."
            )
        )
    if idle := [a.name for a in report.attempts if _ONLY_SAID.strip() in a.found]:
        said.append(f"The store said that it did, and did not: {', '.join(idle)}.")
    return said


def _lock(bucket: Bucket) -> tuple[Attempt, datetime.datetime | None]:
    """Return whether the store locks at all, and until when canaries are locked; None: not."""
    tried = f"An object, written with a {bucket.mode or 'COMPLIANCE'} lock as evidence is."
    attempt = Attempt("lock", tried, "", "", Outcome.BROKEN)
    if not bucket.mode:
        found = "The vault's address asks for no lock, and the bucket locks nothing of itself."
        return replace(attempt, answered="none: it was not asked", found=found), None
    canary, answer = bucket.offer("lock", locked_until=bucket.until)
    attempt = replace(attempt, answered=answer.said)
    if canary is None:
        return replace(attempt, found="The store refused to lock it."), None
    if objection := bucket.objection(canary):
        return replace(attempt, found=objection), bucket.until
    found = f"It is locked in mode {bucket.mode}."
    return replace(attempt, found=found, outcome=Outcome.HELD), bucket.until


def _judged(bucket: Bucket, attack: Attack, canary: Canary, answers: list[Answer]) -> Attempt:
    """Return an attempt by what is so now."""
    answered = ", then ".join(answer.said for answer in answers)
    attempt = Attempt(attack.name, attack.tried, answered, "", Outcome.BROKEN)
    if objection := bucket.objection(canary):
        return replace(attempt, found=objection)
    leads_to = bucket.leads_to(canary)
    if leads_to == "it":
        agreed = any(answer.agreed for answer in answers)
        return replace(attempt, found=_WHOLE + _ONLY_SAID * agreed, outcome=Outcome.HELD)
    found = _ON_TOP if leads_to == "other" else _HIDDEN
    outcome = Outcome.HELD if attack.may_agree else Outcome.BROKEN
    return replace(attempt, found=found, outcome=outcome)


def _looked_at_again(bucket: Bucket, canary: Canary, attempt: Attempt) -> Attempt:
    if attempt.outcome is not Outcome.HELD:
        return attempt
    objection = bucket.objection(canary)
    if not objection:
        return attempt
    return replace(attempt, found=f"At the end of the check: {objection}", outcome=Outcome.BROKEN)


def _hold(bucket: Bucket) -> Attempt:
    """Try to delete what nothing but a legal hold keeps. The verdict does not depend on it."""
    tried = "Deletion of a version under a legal hold, bypassing GOVERNANCE."
    attempt = Attempt("hold", tried, "", "", Outcome.NOT_TRIED, counts=False)
    canary = bucket.release("hold", locked_until=_briefly(bucket))
    held = bucket.ask("put_object_legal_hold", **canary.which, LegalHold={"Status": "ON"})
    if not held.agreed:
        return replace(attempt, answered=held.said, found="The store put no legal hold on it.")
    if bucket.locks_all:
        bucket.wait_until_soon_is_over()
    answer = delete_version_bypassing(bucket, canary)
    attempt = replace(attempt, answered=answer.said)
    if objection := bucket.objection(replace(canary, until=None)):
        return replace(attempt, found=objection, outcome=Outcome.BROKEN)
    freed = bucket.ask("put_object_legal_hold", **canary.which, LegalHold={"Status": "OFF"})
    found = "The bytes are there. " + (
        "The same credentials could take the hold away again."
        if freed.agreed
        else f"The hold could not be taken away again: {freed.said}."
    )
    return replace(attempt, found=found, outcome=Outcome.HELD)


def _briefly(bucket: Bucket) -> datetime.datetime | None:
    """Return a lock for seconds where the bucket would lock for longer by itself, else none."""
    return bucket.soon() if bucket.locks_all else None


def _control_canary(bucket: Bucket) -> Canary:
    return bucket.release("control", locked_until=_briefly(bucket))


def _control(bucket: Bucket, canary: Canary) -> Attempt:
    """Delete what nothing keeps: only then do refusals show that it is the lock that refuses."""
    answer = delete_version(bucket, canary)
    tried = "Deletion of an object that nothing locks."
    attempt = Attempt("control", tried, answer.said, "", Outcome.HELD)
    if bucket.objection(replace(canary, until=None)):
        return replace(attempt, found="It is gone: these credentials may delete.")
    if answer.agreed:
        return replace(attempt, found="It is there all the same." + _ONLY_SAID)
    found = (
        "It is there: these credentials may not delete, so refusals say nothing about the lock. "
        "Run the check with credentials that may (s3:DeleteObjectVersion)."
    )
    return replace(attempt, found=found, outcome=Outcome.NOT_TRIED)
