"""The machinery of proof: bytes that cannot change, records that cannot be rewritten, packages.

Knows nothing of organizations, users or HTTP: it takes streams and bytes and gives back blobs,
records and archives.
"""
