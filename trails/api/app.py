"""The API put together: its routes, and the words it introduces itself with."""

from trails.api import (
    attestations,
    downloads,
    export,
    log,
    schemas,
    trail_packages,
    trails,
    uploads,
    workflows,
)
from trails.api.openapi import SelfDescribing

DESCRIPTION = """\
Records critical business processes as they happen, and hands out verifiable evidence of them.

A **trail** is the identity of a process, a **workflow** is one run of it, an **attestation** is the
immutable record of one event of the run, with **evidence** files attached.

* **Keys.** Send an API key as `Authorization: Bearer <key>` or as the user name of HTTP Basic.
  Without a key you read what is public. A key that does not work is always 401. What you may not
  see is 404, and what your role does not allow is 403.
* **Errors** are `application/problem+json` (RFC 9457): `detail` says what was wrong, which value,
  and what to do next. A request that does not fit is 400, never 422.
* **JSON** is read strictly: unknown fields, duplicate keys, NaN, NUL and values of another type are
  refused.
* **Lists** come in parts. Follow `next` until it is null; do not take cursors apart.
* **Retries.** `PUT` can be repeated. Send an `Idempotency-Key` with a `POST`, and repeat that, too.
* **Addresses** end without a slash.
"""

api = SelfDescribing(
    title="Trailkeeper",
    version="1",
    description=DESCRIPTION,
    urls_namespace="api-v1",
    bodies=(
        schemas.TrailIn,
        schemas.TrailPackageIn,
        schemas.WorkflowIn,
        schemas.AttestationIn,
        schemas.UploadIn,
        schemas.ManyIn,
    ),
    openapi_extra={
        "tags": [
            {"name": "Trails", "description": "Organizations and their audit trails."},
            {"name": "Packages of trails", "description": "All evidence of a range, in one zip."},
            {"name": "Workflows", "description": "Runs of a trail's process, and their state."},
            {"name": "Attestations", "description": "Immutable records of events, with evidence."},
            {"name": "Direct uploads", "description": "Very large evidence, past the server."},
            {"name": "Downloads", "description": "Statements, proofs, files and packages."},
            {"name": "Log", "description": "The tree that seals the records, and who signs it."},
        ]
    },
)
for part in (trails, trail_packages, workflows, attestations, uploads, export, downloads, log):
    api.add_router("", part.router)
