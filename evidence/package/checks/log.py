"""Checks `inclusion`, `checkpoint` and `witnesses`: what the log, its key and others vouch for.

Who must be trusted for what: inclusion needs nobody, it is arithmetic; that the root is the log's
own is the word of its key, which must come from elsewhere; that everybody is shown the same log is
the word of its witnesses. A key that came with the package is worth nothing.
"""

from collections.abc import Collection

from evidence.errors import BadNote, BadProof
from evidence.ledger import merkle, note, proof, proof_file
from evidence.ledger.checkpoint import Checkpoint
from evidence.ledger.note import Key, Note
from evidence.ledger.policy import Policy
from evidence.ledger.proof_file import Inclusion
from evidence.package import proofs
from evidence.package.checks import statements
from evidence.package.contents import Contents
from evidence.package.report import Check


def read_checkpoint(contents: Contents, found: Check) -> tuple[Checkpoint, Note] | None:
    """Return the package's checkpoint, and its note, whose signatures are not checked yet."""
    data = contents.tag(proofs.CHECKPOINT, note.LIMIT)
    if data is None:
        return None  # `statements` says that it is missing
    try:
        signed = note.parse(data)
        return Checkpoint.parse(signed.text), signed
    except BadNote as error:
        found.fail("checkpoint-form", proofs.CHECKPOINT, str(error))
        return None


def check_inclusion(contents: Contents, checkpoint: Checkpoint, found: Check) -> None:
    """Check that every statement is a leaf of its own under the checkpoint's root."""
    signed = contents.tag(proofs.CHECKPOINT, note.LIMIT)
    taken: dict[int, str] = {}
    for name, _ in statements.names(contents):
        path = proofs.proof_path(name)
        try:
            included = Inclusion.parse(contents.tag(path, proof_file.LIMIT) or b"")
        except BadProof as error:
            found.fail("proof-form", path, str(error))
            continue
        if included.checkpoint != signed:
            found.fail("other-checkpoint", path, "The proof holds another checkpoint.")
            continue
        try:
            proof.check_inclusion(
                index=included.index,
                size=checkpoint.size,
                leaf=merkle.leaf_hash(statements.body(contents, name)),
                path=included.path,
                root=checkpoint.root,
            )
        except BadProof as error:
            found.fail("not-included", proofs.statement_path(name), str(error))
            continue
        if included.index in taken:
            found.fail(
                "index-twice",
                path,
                f"Record {included.index} of the log is shown twice: also as "
                f"{taken[included.index]}.",
            )
        taken[included.index] = path


def check_signature(
    signed: Note, origin: str, keys: Collection[Key], in_package: str, found: Check
) -> Key | None:
    """Check that one of the trusted keys, named like the log, signed; return it, else None.

    A key of another name speaks for another log. `in_package` is the key that came along, which is
    only shown.
    """
    if not keys:
        found.skip(
            "no-key",
            in_package,
            "No key was brought, so nobody vouches for the log's root. The key in the package "
            "proves nothing: whoever forged the package wrote it. Get the log's key from its "
            "owner by another way, and compare.",
        )
        return None
    named = [key for key in keys if key.name == origin]
    claimed = [key for key in named for signature in signed.signatures if key.signs(signature)]
    if not claimed:
        found.fail(
            "key-unknown",
            origin,
            "None of the keys that were brought signed this checkpoint for this log. The package "
            f"says that the key is {in_package or 'none'}; that is no reason to trust it.",
        )
        return None
    try:
        return note.verify(signed, named)[0][0]
    except BadNote as error:
        found.fail("signature-invalid", claimed[0].name, str(error))
        return None


def check_witnesses(signed: Note, policy: Policy | None, found: Check) -> list[str]:
    """Check cosignatures against a policy; return the names of the witnesses that cosigned."""
    if policy is None:
        found.skip("no-policy", "", "No policy was brought that says which witnesses count.")
        return []
    valid: dict[str, Key] = {}
    for name, witness in policy.witnesses.items():
        for signature in signed.signatures:
            if witness.key.signs(signature):
                try:
                    witness.key.check(signed.text, signature)
                    valid[name] = witness.key
                except BadNote as error:
                    found.fail("cosignature-invalid", name, str(error))
    for reason in policy.missing(list(valid.values())):
        found.fail("quorum", policy.quorum, reason)
    if not valid and not found.findings:
        found.skip("no-policy", "", "The policy takes no witness, and none that it knows cosigned.")
    return list(valid)


def key_in_package(contents: Contents) -> str:
    """Return the text of the key that came with the package: to be shown, never to be trusted."""
    data = contents.tag(proofs.KEY, 1000) or b""
    return data[:1000].decode(errors="replace").strip()
