"""Being a witness: cosigning the checkpoints of other logs, so that they cannot show two histories.

Not for the witnesses of our own logs: what they say is in `evidence.ledger`.
"""
