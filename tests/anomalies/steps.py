"""The steps of DESIGN §4 at which a server is killed. Both sides read it."""

STEPS = (
    "staged bytes written",
    "staged bytes synced",
    "about to promote",
    "linked to the address",
    "promoted",
    "blobs named",
    "record appended",
    "attestation saved",
    "about to commit",
    "committed",
    "about to answer",
)
