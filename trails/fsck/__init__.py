"""Holds the rows of the product against the statements of their records, column by column.

Reads only. Each row is compared with its own record, and its record with the record of what it
belongs to, so that one changed row is named once and not by everything that stands below it. Who
changed a row cannot have changed the record with it: that is `evidence.ledger.fsck`'s to find.
"""
