"""The three ways to report to a real server, as their clients go them: API, Kosli's, and a form.

Each sends the same report as often as it is told to, and gives what was answered, whatever it is.
"""

import http.client
import json
import re
from abc import ABC, abstractmethod
from dataclasses import dataclass
from http import HTTPStatus

from tests.anomalies.reporters import BOUNDARY, TRAIL
from tests.plugins.server import Server

PAGE = "/acme/prod-server-access"
_FORM = f"multipart/form-data; boundary={BOUNDARY}"
_RECORDED = {HTTPStatus.OK, HTTPStatus.CREATED, HTTPStatus.FOUND}


@dataclass(frozen=True)
class Answer:
    """What came back. `announced` is the Content-Length; the body may have less."""

    status: int
    headers: http.client.HTTPMessage
    body: bytes

    @property
    def text(self) -> str:
        return self.body.decode(errors="replace")

    @property
    def announced(self) -> int:
        return int(self.headers["Content-Length"])

    @property
    def says_to_try_again(self) -> bool:
        """Tell whether it is a 503 that says in words and in its head to send the same again."""
        when = self.headers["Retry-After"] or ""
        return self.status == 503 and when.isdigit() and "Send the same again" in self.text


def call(
    server: Server, method: str, path: str, body: bytes | None = None, **headers: str
) -> Answer:
    """Send one request on a connection of its own; a body that breaks off is given as it came."""
    lines = {name.replace("_", "-"): value for name, value in headers.items()}
    connection = http.client.HTTPConnection(server.host, server.port, timeout=60)
    try:
        connection.request(method, path, body, lines)
        response = connection.getresponse()
        try:
            got = response.read()
        except http.client.IncompleteRead as error:
            got = error.partial
        return Answer(response.status, response.headers, got)
    finally:
        connection.close()


def form(fields: list[tuple[str, str]], field: str, files: dict[str, bytes]) -> bytes:
    """Return fields and files as a form carries them."""
    head = f"--{BOUNDARY}\r\nContent-Disposition: form-data; "
    parts = [(f'name="{name}"', value.encode()) for name, value in fields]
    parts += [(f'name="{field}"; filename="{name}"', data) for name, data in files.items()]
    whole = b"".join(f"{head}{name}\r\n\r\n".encode() + data + b"\r\n" for name, data in parts)
    return whole + f"--{BOUNDARY}--\r\n".encode()


class Dialect(ABC):
    """One report of a file for a workflow, which may be sent again."""

    name: str

    def __init__(self, server: Server, credential: str, workflow: str, data: bytes) -> None:
        self.server, self.credential, self.workflow = server, credential, workflow
        self.files = {"session.log": data}

    @abstractmethod
    def send(self) -> Answer:
        """Send it, perhaps again."""

    def is_recorded_by(self, answer: Answer) -> bool:
        """Tell whether the answer acknowledges it."""
        return answer.status in _RECORDED


class Api(Dialect):
    """API v1, with an Idempotency-Key."""

    name = "api"

    def send(self) -> Answer:
        said = json.dumps({"step": "command-logs", "is_compliant": True})
        return call(
            self.server,
            "POST",
            f"{TRAIL}/{self.workflow}/attestations",
            form([("attestation", said)], "evidence", self.files),
            Content_Type=_FORM,
            Authorization=f"Bearer {self.credential}",
            Idempotency_Key=f"key-of-{self.workflow}",
        )


class Kosli(Dialect):
    """The dialect of the Kosli CLI, which has no key and sends the very same again."""

    name = "kosli"

    def send(self) -> Answer:
        said = json.dumps({"external_id": self.workflow, "step": "command-logs", "user_data": {}})
        return call(
            self.server,
            "POST",
            "/api/v2/evidence/acme/workflow/prod-server-access/generic",
            form([("evidence_json", said)], "evidence_file", self.files),
            Content_Type=_FORM,
            Authorization=f"Bearer {self.credential}",
        )


class Form(Dialect):
    """The form of the pages, sent from the page that was shown last."""

    name = "form"
    _page = ""

    def send(self) -> Answer:
        path = f"{PAGE}/{self.workflow}/attest"
        if not self._page:
            self._page = call(self.server, "GET", path, None, **self._as_browser()).text
        held = re.findall(r'name="held" value="([^"]+)" checked', self._page)
        fields = [
            ("csrfmiddlewaretoken", self._field("csrfmiddlewaretoken")),
            ("act", "attest"),
            ("key", self._field("key")),
            ("step", "command-logs"),
            ("verdict", "compliant"),
            *(("held", id) for id in held),
        ]
        # Files that the server holds are not chosen anew.
        body = form(fields, "files", {} if held else self.files)
        answer = call(self.server, "POST", path, body, Content_Type=_FORM, **self._as_browser())
        if answer.text.count('name="key"') == 1:
            self._page = answer.text
        return answer

    def _field(self, name: str) -> str:
        found = re.search(rf'name="{name}" value="([^"]*)"', self._page)
        assert found, self._page[:2000]
        return found[1]

    def _as_browser(self) -> dict[str, str]:
        secret = re.search(r'name="csrfmiddlewaretoken" value="([^"]*)"', self._page)
        cookies = f"sessionid={self.credential}" + (f"; csrftoken={secret[1]}" if secret else "")
        return {"Cookie": cookies, "Origin": self.server.url}


DIALECTS: tuple[type[Dialect], ...] = (Api, Kosli, Form)

MAKE_CREDENTIALS = """
from django.test import Client
from tests.plugins.world import build_world
from trails.actions.organizations import switch_beta
world = build_world()
switch_beta(organization=world.acme, enabled=True, actor=world.actor("owner"))
client = Client()
client.force_login(world.writer)
print(world.tokens["robot"], client.cookies["sessionid"].value)
"""


def make_credentials(server: Server) -> dict[str, str]:
    """Make the named world in a server's database; return what each dialect signs in with."""
    done = server.manage("shell", "-v0", "-c", MAKE_CREDENTIALS)
    assert done.returncode == 0, done.stderr
    token, session = done.stdout.split()
    return {"api": token, "kosli": token, "form": session}
