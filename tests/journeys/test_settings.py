"""An admin looks after people and keys by browser, and after their own account."""

import re
from pathlib import Path

import httpx
import pytest
from playwright.sync_api import Page, expect

from tests.journeys.conftest import Browsers
from tests.plugins.server import Server
from tests.plugins.servers import MakeServer
from tests.second_factors import code_of

PASSWORD = "correct horse battery staple"
SECOND = "/account/second-factor/"


@pytest.fixture
def local(make_server: MakeServer, tmp_path: Path) -> Server:
    """A server by the one name for which browsers make passkeys without TLS, with an admin."""
    server = make_server(PUBLIC_URL="http://localhost")
    (tmp_path / "password").write_text(PASSWORD, encoding="utf-8")
    options = ("--admin", "ann@example.com", "--name", "Ann", "--password-file")
    made = server.manage("create_organization", "acme", *options, str(tmp_path / "password"))
    assert made.returncode == 0, made.stderr
    return server.start()


def address(server: Server) -> str:
    return server.url.replace("127.0.0.1", "localhost")


def give_password(page: Page) -> None:
    page.goto("/account/login/")
    page.get_by_label("Email").fill("ann@example.com")
    page.get_by_label("Password").fill(PASSWORD)
    page.get_by_role("button", name="Sign in", exact=True).click()


def confirm(page: Page) -> None:
    page.get_by_label("Password").fill(PASSWORD)
    page.get_by_role("button", name="Confirm").click()


def sign_out(page: Page) -> None:
    page.goto("/account/logout/")
    page.get_by_role("main").get_by_role("button", name="Sign out").click()


def codes_kept(page: Page) -> list[str]:
    expect(page.get_by_role("heading", name="Recovery codes")).to_be_visible()
    codes = page.locator("#codes").inner_text().split()
    page.get_by_role("link", name="I have kept them").click()
    expect(page.get_by_role("heading", name="Second factor")).to_be_visible()
    return codes


def test_an_admin_adds_a_member_and_keeps_the_keys_of_a_machine(
    local: Server, browsers: Browsers
) -> None:
    visitor = browsers.visitor(address(local))
    page = visitor.page
    page.context.grant_permissions(["clipboard-read", "clipboard-write"])
    give_password(page)
    page.goto("/acme/settings/")
    page.get_by_label("E-mail address").fill("bea@example.com")
    page.get_by_role("button", name="Add the member").click()
    expect(page.get_by_role("status").first).to_contain_text("bea@example.com is a member now.")

    page.get_by_role("link", name="Service accounts and keys").click()
    page.get_by_label("Name").fill("recorder")
    page.get_by_role("button", name="Create the service account").click()
    page.get_by_role("button", name="Issue a key to recorder").click()
    page.get_by_role("button", name="Copy", exact=True).first.click()
    expect(page.locator("#announcements")).to_have_text("Copied.")
    first = page.evaluate("navigator.clipboard.readText()")
    assert first == page.locator("#token").inner_text()

    page.goto("/acme/settings/keys")
    page.get_by_text("Rotate…").click()
    page.get_by_label("A new key takes its place.").select_option("Stops at once")
    page.get_by_role("button", name="Rotate the key").click()
    second = page.locator("#token").inner_text()
    trails = f"{local.url}/api/v1/organizations/acme/trails"
    for token, status in ((first, 401), (second, 200)):
        answer = httpx.get(trails, headers={"Authorization": f"Bearer {token}"})
        assert answer.status_code == status

    page.goto("/acme/settings/keys")
    page.get_by_text("Revoke…").click()
    page.get_by_label("What uses it stops working at once.").fill(second[:11])
    page.get_by_role("button", name="Revoke the key").click()
    expect(page.get_by_role("status").first).to_contain_text("is revoked and works no more.")

    page.get_by_role("link", name="Activity").click()
    said = page.locator(".activity > li > div:first-child").all_inner_texts()
    acts = [re.sub(r"^Ann\s*|\s*·.*$", "", text, flags=re.DOTALL) for text in said[:4]]
    assert acts == ["revoked a key", "rotated a key", "issued a key", "created a service account"]
    assert visitor.troubles == []


def test_a_passkey_replaces_the_password_and_a_code_completes_it(
    local: Server, browsers: Browsers
) -> None:
    visitor = browsers.visitor(address(local))
    page = visitor.page
    devices = page.context.new_cdp_session(page)
    devices.send("WebAuthn.enable")
    device = devices.send(
        "WebAuthn.addVirtualAuthenticator",
        {
            "options": {
                "protocol": "ctap2",
                "transport": "internal",
                "hasResidentKey": True,
                "hasUserVerification": True,
                "isUserVerified": True,
            }
        },
    )["authenticatorId"]

    give_password(page)
    page.goto(f"{SECOND}webauthn/add/")
    confirm(page)
    page.get_by_label("Name").fill("laptop")
    page.get_by_role("button", name="Add the passkey").click()
    codes = codes_kept(page)

    # Alone: no password, no code.
    sign_out(page)
    page.goto("/account/login/")
    page.get_by_role("button", name="Use a passkey").click()
    expect(page.get_by_role("heading", name="What is going on")).to_be_visible()
    page.goto(f"{SECOND}webauthn/")
    expect(page.get_by_role("row", name="laptop")).to_contain_text("Instead of the password")

    # After the password.
    sign_out(page)
    give_password(page)
    expect(page.get_by_role("heading", name="Your second factor")).to_be_visible()
    page.get_by_role("button", name="Use a passkey").click()
    expect(page.get_by_role("heading", name="What is going on")).to_be_visible()

    # Somebody else's finger: the device refuses, and the page says so.
    sign_out(page)
    devices.send("WebAuthn.setUserVerified", {"authenticatorId": device, "isUserVerified": False})
    page.goto("/account/login/")
    page.get_by_role("button", name="Use a passkey").click()
    expect(page.get_by_role("alert")).to_contain_text("No passkey was used.")

    # The device is lost: a recovery code does.
    give_password(page)
    page.get_by_label("Code").fill(codes[0])
    page.get_by_role("button", name="Sign in", exact=True).click()
    expect(page.get_by_role("heading", name="What is going on")).to_be_visible()
    assert visitor.troubles == []


def test_without_javascript_an_app_and_keys_are_set_up_all_the_same(
    local: Server, browsers: Browsers
) -> None:
    context = browsers.browser.new_context(base_url=address(local), java_script_enabled=False)
    page = context.new_page()
    give_password(page)
    page.goto(f"{SECOND}totp/activate/")
    confirm(page)
    secret = page.locator("#secret").inner_text()
    page.get_by_label("Code").fill(code_of(secret))
    page.get_by_role("button", name="Switch it on").click()
    assert len(codes_kept(page)) == 10
    page.goto("/account/keys/")
    page.get_by_role("button", name="Issue the key").click()
    assert page.locator("#token").inner_text().startswith("tk_")
    # What needs a script is not shown where there is none.
    expect(page.get_by_role("button", name="Copy")).to_have_count(0)
    page.goto(f"{SECOND}webauthn/add/")
    expect(page.get_by_role("button", name="Add the passkey")).to_have_count(0)
    expect(page.get_by_text("Passkeys need JavaScript.")).to_be_visible()
    context.close()
