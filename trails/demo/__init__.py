"""The demo: a fictional bank whose processes show what the product is for.

`files` and `processes` are pure: they write the bytes and the script of what happened, equal on
each run. `sign_ins` keeps the secrets of one demo instance. `cast` and `play` are the only files
here that touch the database, and they change it through `trails.actions` alone. Everybody and
everything is invented: reserved domains (RFC 2606), networks for documentation (RFC 5737).
"""
