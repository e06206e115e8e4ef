"""The steps at which a process is killed: those of DESIGN §4 first. Both sides read it."""

ATTESTING = (
    "staged bytes written",
    "staged bytes synced",
    "about to promote",
    "linked to the address",
    "promoted",
    "blobs named",
    "pending written",
    "record appended",
    "attestation saved",
    "about to commit",
    "committed",
    "about to answer",
)

SEALING = (
    "tiles written",
    "seal began",
    "leaves written",
    "pending removed",
    "checkpoint about to be written",
    "checkpoint written",
    "seal about to commit",
    "seal committed",
    "copy about to take its place",
    "copy kept outside",
)
"""Of a seal, which the request that attests makes after its commit. The first one is rare."""

WITNESSING = (
    "witness asked",
    "witness about to commit",
    "witness persisted",
    "witness about to answer",
)

PUBLISHING = (
    "witness about to be asked",
    "witness has answered",
    "cosignatures written",
    "publication written",
    "publication committed",
)

STEPS = ATTESTING + SEALING + WITNESSING + PUBLISHING
