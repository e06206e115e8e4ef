"""What an auditor takes away: one zip that is a BagIt bag, and the means to verify it.

`zip` writes archives that can be read at any byte, `bag` lays a package out inside one. Both
are pure: no Django, no storage, no rows; bytes come through the `read` of each member.
"""
