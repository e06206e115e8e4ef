"""Multipart uploads, streamed straight into the vault's staging area.

Threat. A report must not be cut, dropped or swallowed silently, and a stranger must not fill the
memory. Django's own parser skips files whose names it does not like; WSGI shows a chunked body as
an empty one. So: no length, 411; too much, 413 as soon as it is known; anything unexpected, 400.

A page's form is more forgiving and less trusting: what one part is refused for does not lose the
others, and no file is written before the form's token, its first field, was found good.
"""

import itertools
from collections.abc import Callable, Iterable, Iterator
from contextlib import AbstractContextManager
from dataclasses import dataclass, field
from typing import Any, Self

from django.conf import settings
from django.http import HttpRequest
from multipart import (
    MultipartError,
    MultipartSegment,
    ParserLimitReached,
    PushMultipartParser,
    parse_options_header,
)

from evidence.errors import TooLarge
from evidence.vault import store
from evidence.vault.digest import CHUNK
from trails.actions.attestations import Upload
from trails.errors import Invalid, LengthRequired, TooMuch, TrailsError

FIRST_FIELD = "csrfmiddlewaretoken"
"""The field with which Django's forms begin: their token."""
Admit = Callable[[str], bool]
"""Tells whether the token that a form begins with is good; an empty one stands for none."""

# What the parser yields: a segment's head, pieces of its body, and None at its end.
_Event = Any
# Of a page's form: parts beside its files, each of which may be a link or a file that is held.
_MORE_PARTS = 1000


@dataclass
class Form(AbstractContextManager["Form"]):
    """The parts of a multipart form. On leaving the context, what was staged is discarded.

    Of a page's form also: texts of fields that may come several times, whether its token was good,
    and why parts were refused.
    """

    fields: dict[str, str] = field(default_factory=dict)
    uploads: list[Upload] = field(default_factory=list)
    lists: dict[str, list[str]] = field(default_factory=dict)
    is_admitted: bool = True
    refusals: list[TrailsError] = field(default_factory=list)

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *error: object) -> None:
        for upload in self.uploads:
            upload.staged.discard()


def require_length(request: HttpRequest) -> int:
    """Return the announced length of the body in bytes.

    `LengthRequired` when there is none, `TooMuch` when it is beyond `LIMIT_REQUEST_BYTES`.
    """
    announced = request.META.get("CONTENT_LENGTH") or ""
    if not announced.isascii() or not announced.isdigit():
        raise LengthRequired(
            "The request has no Content-Length. Send one: a chunked upload is not accepted."
        )
    limit = settings.LIMIT_REQUEST_BYTES
    digits = announced.lstrip("0") or "0"
    # By its digits first: Python refuses to read a number of thousands of them.
    if len(digits) > len(str(limit)) or int(digits) > limit:
        raise TooMuch(
            f"The request has {digits[:40]} bytes; the limit is {limit} bytes. "
            "Split the evidence over several attestations.",
            limit=limit,
        )
    return int(digits)


def receive(request: HttpRequest, *, file_fields: frozenset[str]) -> Form:
    """Read a multipart form: text fields into memory, files into the staging area.

    `file_fields` are the names under which files may come. Use it as a context manager: leaving it
    discards what was staged, which is right both after a failure and after promotion.
    """
    form = Form()

    def take(segment: MultipartSegment, body: Iterator[bytes]) -> None:
        _take(form, segment, body, file_fields)

    return _read(request, form, take, parts=settings.LIMIT_FILES + 16)


def receive_page(
    request: HttpRequest, *, file_fields: frozenset[str], many: frozenset[str], admit: Admit
) -> Form:
    """Read the form of a page, as `receive` does, and give back all of it that was right.

    `many` are text fields that may come several times. `admit` is asked once, with the text of the
    first field if that is `FIRST_FIELD`; unless it says yes, texts are kept and files read past.
    """
    form = Form()
    asked = False

    def take(segment: MultipartSegment, body: Iterator[bytes]) -> None:
        nonlocal asked
        if not asked:
            asked = True
            is_token = segment.name == FIRST_FIELD and segment.filename is None
            token = _text(FIRST_FIELD, body, limit=_room(form)) if is_token else ""
            form.is_admitted = admit(token)
            if is_token:
                return
        if segment.filename is not None and not form.is_admitted:
            return
        _take(form, segment, body, file_fields, many)

    def take_and_go_on(segment: MultipartSegment, body: Iterator[bytes]) -> None:
        try:
            take(segment, body)
        except TrailsError as error:
            form.refusals.append(error)
        for _rest in body:
            pass  # read past, so that the next part is found and the browser hears an answer

    return _read(request, form, take_and_go_on, parts=2 * settings.LIMIT_FILES + _MORE_PARTS)


def _read(
    request: HttpRequest,
    form: Form,
    take: Callable[[MultipartSegment, Iterator[bytes]], None],
    *,
    parts: int,
) -> Form:
    length = require_length(request)
    content_type, options = parse_options_header(request.headers.get("Content-Type", ""))
    if content_type != "multipart/form-data" or not options.get("boundary"):
        raise Invalid("The body must be multipart/form-data with a boundary.")
    try:
        parser = PushMultipartParser(
            options["boundary"],
            content_length=length,
            max_header_size=16_384,
            max_segment_count=parts,
        )
        with parser:
            events = _events(parser, request)
            for event in events:
                if isinstance(event, MultipartSegment):
                    take(event, _body(events))
    except MultipartError as error:
        form.__exit__()
        raise _explained(error) from error
    except BaseException:
        form.__exit__()
        raise
    return form


def _explained(error: MultipartError) -> Exception:
    if isinstance(error, ParserLimitReached) and "segment count" in str(error):
        return _too_many()
    return Invalid(f"The multipart body is cut off or malformed: {error}. Send it again.")


def _too_many() -> TooMuch:
    limit = settings.LIMIT_FILES
    return TooMuch(
        f"There are too many files; the limit is {limit} files in one attestation. "
        "Pack them into an archive or split them over several attestations.",
        limit=limit,
    )


def _events(parser: PushMultipartParser, request: HttpRequest) -> Iterator[_Event]:
    while not parser.closed:
        chunk = request.read(CHUNK)
        yield from parser.parse(chunk)
        if not chunk:
            return


def _body(events: Iterator[_Event]) -> Iterator[bytes]:
    for event in events:
        if event is None:
            return
        if not isinstance(event, MultipartSegment):
            yield bytes(event)


def _take(
    form: Form,
    segment: MultipartSegment,
    body: Iterator[bytes],
    file_fields: frozenset[str],
    many: frozenset[str] = frozenset(),
) -> None:
    name = segment.name or ""
    if segment.filename is None:
        if name in file_fields:
            raise Invalid(
                f"'{name}' came without a file name, so it would not count as evidence. Send it as "
                f"a file; with curl, -F {name}=@path.",
                field=name,
            )
        if name in form.fields:
            raise Invalid(f"The field '{name}' came twice.", field=name)
        text = _text(name, body, limit=_room(form))
        if name in many:
            form.lists.setdefault(name, []).append(text)
        else:
            form.fields[name] = text
        return
    if not segment.filename:
        first = next(body, None)
        if first is None:
            return  # what a browser sends for a file input that was left empty
        body = itertools.chain([first], body)
    if name not in file_fields:
        expected = " or ".join(sorted(file_fields))
        raise Invalid(f"A file came as '{name}'; send files as {expected}.", field=name)
    if len(form.uploads) >= settings.LIMIT_FILES:
        raise _too_many()
    try:
        staged = store.stage(body, limit=settings.LIMIT_FILE_BYTES)
    except TooLarge as error:
        raise TooMuch(
            f"The file is larger than the limit of {error.limit} bytes for one file. Split it.",
            limit=error.limit,
            field=name,
        ) from error
    form.uploads.append(Upload(segment.filename, staged))


def _room(form: Form) -> int:
    """Return how many bytes of text may still come: all fields share one limit of memory."""
    taken = sum(len(name) + len(text) for name, text in form.fields.items())
    taken += sum(len(text) for texts in form.lists.values() for text in texts)
    return int(settings.LIMIT_JSON_BYTES - taken)


def _text(name: str, body: Iterable[bytes], *, limit: int) -> str:
    text = bytearray()
    for chunk in body:
        text += chunk
        if len(text) > limit:
            raise TooMuch(
                f"With the field '{name}' the texts of the form are larger than the limit of "
                f"{settings.LIMIT_JSON_BYTES} bytes. Send long texts as a file.",
                limit=settings.LIMIT_JSON_BYTES,
                field=name,
            )
    try:
        return text.decode("utf-8")
    except UnicodeDecodeError as error:
        raise Invalid(f"The field '{name}' is not UTF-8 text.", field=name) from error
