"""The server that a story happens on, the windows of its people, and the script that reports."""

import json
import os
import subprocess
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import httpx

from tests.journeys import acts
from tests.journeys.conftest import Browsers, Visitor
from tests.plugins.server import Server

API = f"/api/v1/organizations/{acts.ORGANIZATION}/trails"


@dataclass
class Story:
    """A server with an admin, the people's windows, a folder, and the key of the script."""

    server: Server
    browsers: Browsers
    folder: Path
    key: str = ""

    def enter(self) -> Visitor:
        """Return the window of somebody who comes in."""
        visitor = self.browsers.visitor(self.server.url)
        visitor.page.context.grant_permissions(["clipboard-read", "clipboard-write"])
        return visitor

    def run(self, command: str) -> None:
        """Run a command that a page showed, as the script that has the key."""
        script = f"set -eu\n{command}"
        ran = subprocess.run(
            ["bash", "-c", script],
            cwd=self.folder,
            env=os.environ | {"KEY": self.key},
            capture_output=True,
            text=True,
        )
        assert ran.returncode == 0, ran.stdout + ran.stderr

    def report(self, trail: str, workflow: str) -> dict[str, Any]:
        """Begin a workflow and attest its commands, as the script; return the attestation."""
        address = f"{self.server.url}{API}/{trail}/workflows/{workflow}"
        with httpx.Client(headers={"Authorization": f"Bearer {self.key}"}) as client:
            client.put(address, json={"description": f"Shell for {workflow}"}).raise_for_status()
            made = client.post(
                f"{address}/attestations",
                headers={"Idempotency-Key": workflow},
                data={"attestation": json.dumps({"step": "command-logs", "is_compliant": True})},
                files={"evidence": ("session.log", acts.TRANSCRIPT)},
            )
        told: dict[str, Any] = made.raise_for_status().json()
        return told
