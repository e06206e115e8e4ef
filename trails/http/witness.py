"""The witness's HTTP interface (C2SP tlog-witness v1.0.0), as a WSGI application of its own.

It runs beside the product, on another address: it needs no sessions, no pages and no key but its
own. Not for judging, which is `evidence.witness`.

Threat. Anybody may send anything here. A body is read up to a limit that its header must announce,
nothing is parsed before, and what is not from a known log leaves no trace. A client that sends
slowly keeps one thread waiting; the proxy that ends TLS in front has to take requests in whole, as
proxies do by default.
"""

import logging
from collections.abc import Callable, Iterable
from http import HTTPStatus
from typing import Any

from django.db import DatabaseError, close_old_connections

from evidence.ledger.note import SigningKey
from evidence.witness import memory
from evidence.witness.judge import LIMIT, TEXT, Refused
from evidence.witness.logs import Known

logger = logging.getLogger("trails.witness")

Start = Callable[[str, list[tuple[str, str]]], Any]
Answer = tuple[int, str, bytes]


class Witness:
    """Answers `POST /add-checkpoint`; tells its name and key at `/`, and at `/ready` that it is."""

    def __init__(self, key: SigningKey, known: Known) -> None:
        self._key = key
        self._known = known

    def __call__(self, environ: dict[str, Any], start_response: Start) -> Iterable[bytes]:
        """Answer one request."""
        status, content_type, body = self._answer(environ)
        headers = [
            ("Content-Type", content_type),
            ("Content-Length", str(len(body))),
            ("X-Content-Type-Options", "nosniff"),
            ("Cache-Control", "no-store"),
        ]
        if status == HTTPStatus.METHOD_NOT_ALLOWED:
            headers.append(
                ("Allow", "POST" if environ["PATH_INFO"] == "/add-checkpoint" else "GET")
            )
        start_response(f"{status} {HTTPStatus(status).phrase}", headers)
        return [b"" if environ["REQUEST_METHOD"] == "HEAD" else body]

    def _answer(self, environ: dict[str, Any]) -> Answer:
        routes = {
            "/add-checkpoint": ({"POST"}, self._add_checkpoint),
            "/": ({"GET", "HEAD"}, self._who),
            "/ready": ({"GET", "HEAD"}, self._ready),
        }
        if environ["PATH_INFO"] not in routes:
            return _text(HTTPStatus.NOT_FOUND, "There is /add-checkpoint, and who this is at /.")
        methods, route = routes[environ["PATH_INFO"]]
        if environ["REQUEST_METHOD"] not in methods:
            return _text(
                HTTPStatus.METHOD_NOT_ALLOWED, f"Here goes {' or '.join(sorted(methods))}."
            )
        return route(environ)

    def _who(self, environ: dict[str, Any]) -> Answer:
        key = self._key.key
        return _text(HTTPStatus.OK, f"{key.name}\n{key.vkey}")

    def _ready(self, environ: dict[str, Any]) -> Answer:
        return HTTPStatus.OK, TEXT, b"OK"

    def _add_checkpoint(self, environ: dict[str, Any]) -> Answer:
        length = environ.get("CONTENT_LENGTH", "")
        if not (length.isascii() and length.isdigit()):
            return _text(HTTPStatus.LENGTH_REQUIRED, "Send a Content-Length.")
        if len(length) > 10 or int(length) > LIMIT:
            reason = f"A request has at most {LIMIT} bytes."
            return _text(HTTPStatus.REQUEST_ENTITY_TOO_LARGE, reason)
        body: bytes = environ["wsgi.input"].read(int(length))
        if len(body) != int(length):
            return _text(HTTPStatus.BAD_REQUEST, "The request ended before its length.")
        try:
            line = memory.cosign(body, known=self._known, key=self._key)
        except Refused as refused:
            logger.info("add-checkpoint %d: %s", refused.status, refused)
            return int(refused.status), refused.content_type, f"{refused}\n".encode()
        except DatabaseError:
            logger.exception("The witness cannot remember what it would cosign.")
            return _text(HTTPStatus.SERVICE_UNAVAILABLE, "Try again later.")
        logger.info("add-checkpoint 200")
        return HTTPStatus.OK, TEXT, line


class Served:
    """An application whose threads give their database connections back, as Django's do."""

    def __init__(self, application: Witness) -> None:
        self._application = application

    def __call__(self, environ: dict[str, Any], start_response: Start) -> Iterable[bytes]:
        """Answer one request; a connection that broke meanwhile is not used for the next."""
        close_old_connections()
        try:
            return self._application(environ, start_response)
        finally:
            close_old_connections()


def _text(status: int, text: str) -> Answer:
    return int(status), TEXT, f"{text}\n".encode()
