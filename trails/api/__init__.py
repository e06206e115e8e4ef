"""Our own REST API, version 1, under /api/v1/: translate a call, call one action, answer in JSON.

`app.py` lists the routes, `dialect.py` is what every answer has in common, `problems.py` is the one
shape of an error, `bodies.py` reads JSON, `answers.py` turns rows into `schemas.py`.
"""
