"""A browser's way to send the form of an attestation: from its page, with its token and its key.

Django's own client posts without a token; here it is checked, as it is for people.
"""

import re
from pathlib import Path
from typing import Any

from django.conf import settings
from django.core.files.uploadedfile import SimpleUploadedFile
from django.http import HttpResponse
from django.test import Client

from tests.plugins.world import World

ATTEST = "/acme/prod-server-access/run-1/attest"
PRIVATE = "/acme/case-worker-access/run-1/attest"


def staged() -> list[Path]:
    """Return the files in the staging area."""
    folder = Path(settings.VAULT_STAGING)
    return sorted(folder.iterdir()) if folder.exists() else []


def file(name: str, content: bytes) -> SimpleUploadedFile:
    """Return a file as a browser sends it."""
    return SimpleUploadedFile(name, content)


def field(page: str, name: str) -> str:
    """Return the value of a hidden field of a page."""
    found = re.search(rf'name="{name}" value="([^"]*)"', page)
    assert found, f"no field {name} in the page"
    return found[1]


def held_in(page: str, *, checked: bool = True) -> list[str]:
    """Return the ids of the held files that a page lists as attached, or as not attached."""
    body = page.partition("<template")[0]
    boxes = re.findall(r'name="held" value="([^"]+)"( checked)?', body)
    return [id for id, is_checked in boxes if bool(is_checked) == checked]


class Browser:
    """Somebody with the form of an attestation open."""

    def __init__(self, world: World, name: str = "writer", address: str = ATTEST) -> None:
        self.client = Client(enforce_csrf_checks=True)
        self.client.force_login(getattr(world, name))
        self.address = address
        self.page = ""
        self.open()

    def open(self, query: str = "") -> str:
        """Open the form anew."""
        self.page = self.client.get(self.address + query).content.decode()
        return self.page

    @property
    def token(self) -> str:
        """Return the token that the page carries."""
        return field(self.page, "csrfmiddlewaretoken")

    def form(self, **typed: Any) -> dict[str, Any]:
        """Return the form as it is sent: what the page carries and what was typed."""
        return {
            "csrfmiddlewaretoken": self.token,
            "act": "attest",
            "key": field(self.page, "key"),
            "held": held_in(self.page),
            "step": "user-identity",
            "verdict": "compliant",
            **typed,
        }

    def send(self, **typed: Any) -> HttpResponse:
        """Send the form; what comes back is the page from then on."""
        response: Any = self.client.post(self.address, self.form(**typed))
        if response.status_code != 302:
            self.page = response.content.decode()
        return response  # type: ignore[no-any-return]

    def upload(self, name: str, content: bytes, **headers: str) -> Any:
        """Send one file as the form's script does."""
        sent = {"X-CSRFToken": self.token, "Accept": "application/json", **headers}
        return self.client.post(
            f"{self.address}/files", {"files": file(name, content)}, headers=sent
        )
