"""Recomputes everything that the ledger stores, and names the row that is wrong.

Reads only, a page at a time, beside a busy server: what it compares of several tables comes out of
one statement, so that nothing is found that was only on its way.

Threat. The owner of the tables can write what they like. What they wrote then contradicts the
hashes, the tiles or the signed roots, and is found here. Whoever also has the log's key can sign a
history of their own over it; that contradicts only what has left this machine: published
checkpoints, cosignatures, timestamps, packages. So this check does not replace a witness. Nor does
it know which key is the true one: it believes those in the table of keys. A whole history that was
rewritten and signed with a key of the rewriter's own is found only by the copy of the newest
checkpoint outside the database, or by comparing the keys on the log's page with the one known.
"""
