"""An authenticator app of the tests' own (RFC 6238): the server does not check itself."""

import base64
import hmac
import re
import struct
import time

from django.test import Client

from tests.plugins.world import PASSWORD

INDEX = "/account/second-factor/"


def code_of(secret: str, steps: int = 0) -> str:
    """Return the six digits that an app shows now, or some steps of thirty seconds from now."""
    counter = struct.pack(">Q", int(time.time()) // 30 + steps)
    digest = hmac.digest(base64.b32decode(secret), counter, "sha1")
    offset = digest[-1] & 15
    number = int.from_bytes(digest[offset : offset + 4], "big") & 0x7FFFFFFF
    return f"{number % 1_000_000:06}"


def confirm(client: Client, to: str) -> str:
    """Confirm by password that it is still the same person; return the page that was wanted."""
    asked = client.get(to)
    assert asked["Location"].startswith("/account/reauthenticate/"), asked["Location"]
    done = client.post(asked["Location"], {"password": PASSWORD}, follow=True)
    return str(done.content.decode())


def set_up_app(client: Client) -> tuple[str, list[str]]:
    """Set up an authenticator app; return its secret, and the recovery codes that are shown."""
    page = confirm(client, f"{INDEX}totp/activate/")
    [secret] = re.findall(r'<code id="secret">([A-Z2-7]+)</code>', page)
    done = client.post(f"{INDEX}totp/activate/", {"code": code_of(secret)}, follow=True)
    [codes] = re.findall(r'id="codes">([^<]+)<', done.content.decode())
    return secret, codes.split()
