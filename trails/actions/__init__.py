"""The only code that changes anything: one act = one function = one transaction.

Each act checks the permission, changes the rows, and writes its record in the same transaction.
"""
