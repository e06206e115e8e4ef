"""Moves a complete organization from one instance to another, as one file that can be verified.

`tables` says what belongs to an organization, `rows` how a row is written, `tar` and `layout` how
the file is laid out (README.md has the format). `exporting` writes it, `checking` verifies it
without a database, `importing` takes it in. Beside the actions, this is the one place that writes
rows of the product: not new facts, but facts that were recorded elsewhere, as they are.

Not for packages, which are for people outside (`trails.packages`), nor for copying a vault alone.
"""
