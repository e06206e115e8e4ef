"""Publishing: the newest checkpoint goes to the witnesses and the timestamp authority.

One round for a log, in this order. Nothing here knows HTTP: whoever calls brings a `Send`.

1. What is still missing under the newest checkpoint is looked up; what is there is not asked again.
2. Everybody is asked at once. A witness that stands elsewhere is asked again, from there.
3. `vouched` stores the valid answers.

Any number of publishers may run at once: the first valid answer of each witness is kept.
"""

from collections.abc import Callable, Collection, Iterable, Mapping
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field

from django.db.models import Max

from evidence.errors import BadProof
from evidence.ledger import checkpoint as checkpoints
from evidence.ledger import objections, submission, timestamps, vouched
from evidence.ledger.note import Key, Signature
from evidence.ledger.policy import Policy
from evidence.ledger.reading import consistency, last_checkpoint
from evidence.ledger.submission import Contradicts, Cosigned, Declined, Elsewhere, NoAnswer, Reply
from evidence.models import Checkpoint, Cosignature, Log, Timestamp

ASKED_AT_ONCE = 32
QUESTIONS = 3
"""How often a witness is asked in one round: from the wrong size, from the right one, once more."""
LOOKED_BACK = 1000
"""Checkpoints that are searched for what a witness cosigned last. Beyond them it tells us."""

Send = Callable[[str, bytes, str, int], Reply]
"""Posts a body of a type to an address, reads an answer up to a limit; `NoAnswer` if none came."""


@dataclass(frozen=True, slots=True)
class Trouble:
    """What kept somebody from vouching for the checkpoint; perhaps for checkpoints of any log."""

    url: str
    reason: str
    is_about_log: bool = True


@dataclass(slots=True)
class Round:
    """What one round did: whose answers are new, and what went wrong."""

    checkpoint: Checkpoint | None = None
    cosigners: dict[Key, Signature] = field(default_factory=dict)
    timestamped: bool = False
    is_published: bool = False
    troubles: list[Trouble] = field(default_factory=list)
    contradictions: list[str] = field(default_factory=list)


def publish(
    log: Log,
    *,
    policy: Policy | None,
    authority: str,
    send: Send,
    may_ask: Callable[[str], bool] = lambda url: True,
    again: bool = False,
) -> Round:
    """Have a log's newest checkpoint vouched for by those who have not yet; tell how that went.

    `authority` is the address of a timestamp authority, or empty. `may_ask` tells whether an
    address may be asked now, or is to be left alone for a while. `again` asks those, too, who have
    cosigned: so a database that was restored from an older copy is noticed before it signs anew.
    `NotSealed` where the checkpoint in the database is not what was signed.
    """
    checkpoint = last_checkpoint(log)
    done = Round(checkpoint)
    if checkpoint is None:
        return done
    said = objections.signed(log, checkpoint)
    keys = [member.key for member in policy.witnesses.values()] if policy else []
    have = Cosignature.objects.filter(checkpoint=checkpoint).values_list("vkey", flat=True)
    lacking = _lacking(policy, set() if again else set(have))
    witnesses = {url: keys for url, keys in lacking.items() if may_ask(url)}
    _ask_witnesses(log, checkpoint, said, witnesses, keys, send, done)
    token: bytes | None = None
    if authority and may_ask(authority):
        token = _ask_authority(checkpoint, said, authority, send, done)
    kept = vouched.store(
        checkpoint, cosigners=done.cosigners, token=token, authority=authority, policy=policy
    )
    done.cosigners = {k: s for k, s in done.cosigners.items() if k.vkey in kept.cosigners}
    done.timestamped, done.is_published = kept.timestamped, kept.is_published
    return done


def _lacking(policy: Policy | None, have: Collection[str]) -> dict[str, list[Key]]:
    """Return the addresses of witnesses of which one is not among these, with all keys there."""
    asked: dict[str, list[Key]] = {}
    for member in policy.witnesses.values() if policy else ():
        if member.url:
            asked.setdefault(member.url, []).append(member.key)
    return {u: keys for u, keys in asked.items() if any(key.vkey not in have for key in keys)}


def _ask_witnesses(
    log: Log,
    checkpoint: Checkpoint,
    said: checkpoints.Checkpoint,
    witnesses: Mapping[str, list[Key]],
    trusted: Collection[Key],
    send: Send,
    done: Round,
) -> None:
    old = {url: _last_cosigned(checkpoint, keys) for url, keys in witnesses.items()}
    claims: dict[str, Contradicts] = {}
    for _ in range(QUESTIONS):
        bodies = {
            url: (f"{url.rstrip('/')}/add-checkpoint", bytes(consistency(log, size, checkpoint)))
            for url, size in old.items()
        }
        answers = _send_all(send, bodies)
        asked, old = old, {}
        for url, reply in answers.items():
            if isinstance(reply, NoAnswer):
                done.troubles.append(Trouble(url, str(reply), is_about_log=False))
                continue
            match submission.meaning(reply, old=asked[url], checkpoint=said, keys=trusted):
                case Cosigned(signatures):
                    done.cosigners.update(signatures)
                    if silent := set(witnesses[url]) - {key for key, _ in signatures}:
                        names = ", ".join(sorted(key.name for key in silent))
                        done.troubles.append(Trouble(url, f"It did not sign as {names}."))
                case Elsewhere(size):
                    old[url] = size
                case Declined(reason, is_about_log):
                    done.troubles.append(Trouble(url, reason, is_about_log))
                case Contradicts() as claim if url not in claims:
                    claims[url] = claim
                    old[url] = asked[url]
                case Contradicts() as claim:
                    written = vouched.contradict(checkpoint, witnesses[url][0], url, claim)
                    if written is None:
                        done.troubles.append(Trouble(url, "Another publisher was faster."))
                    else:
                        done.contradictions.append(written)
        if not old:
            return
    for url in old:
        done.troubles.append(Trouble(url, "It names another size each time it is asked."))


def _last_cosigned(checkpoint: Checkpoint, keys: Iterable[Key]) -> int:
    """Return the largest size that these keys cosigned lately, 0 where nothing is found.

    A guess, after which the witness tells where it stands, if it is somewhere else.
    """
    upto = Checkpoint.objects.filter(log=checkpoint.log_id, size__lte=checkpoint.size)
    lately = upto.order_by("-size")
    known = Cosignature.objects.filter(
        checkpoint__in=lately.values("pk")[:LOOKED_BACK], vkey__in=[key.vkey for key in keys]
    )
    size: int | None = known.aggregate(size=Max("checkpoint__size"))["size"]
    return size or 0


def _send_all(send: Send, bodies: Mapping[str, tuple[str, bytes]]) -> dict[str, Reply | NoAnswer]:
    """Ask everybody at once: a slow one costs the others nothing. No thread needs the database."""

    def ask(item: tuple[str, bytes]) -> Reply | NoAnswer:
        try:
            return send(*item, "text/plain; charset=utf-8", submission.LIMIT)
        except NoAnswer as error:
            return error

    if not bodies:
        return {}
    with ThreadPoolExecutor(min(len(bodies), ASKED_AT_ONCE)) as pool:
        return dict(zip(bodies, pool.map(ask, bodies.values()), strict=True))


def _ask_authority(
    checkpoint: Checkpoint,
    said: checkpoints.Checkpoint,
    authority: str,
    send: Send,
    done: Round,
) -> bytes | None:
    """Return the answer of a timestamp authority, None where it is there already or none came."""
    if Timestamp.objects.filter(checkpoint=checkpoint, authority=authority).exists():
        return None
    asked = timestamps.question(said.text)
    try:
        reply = send(authority, asked.as_bytes(), timestamps.QUESTION_TYPE, timestamps.LIMIT)
        if reply.status != 200:
            raise NoAnswer(f"The authority answers {reply.status}.")
        timestamps.answered(reply.body, said.text, asked)
    except (NoAnswer, BadProof) as error:
        done.troubles.append(Trouble(authority, str(error), is_about_log=False))
        return None
    return reply.body
