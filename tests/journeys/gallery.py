"""Every page that people look at, with who sees it. A list; what is asked of them is in the tests.

An address holds names in braces, which `tests.journeys.site` fills in from the demo's data. A page
is looked at by everybody for whom it is another page; the first of them sees the most.
"""

from dataclasses import dataclass

STRANGER, ADMIN, WRITER, AUDITOR = "stranger", "admin", "writer", "auditor"
PEOPLE = (ADMIN, WRITER, AUDITOR)
EVERYBODY = (ADMIN, STRANGER)


@dataclass(frozen=True, slots=True)
class Page:
    """One page: what its screenshot is called, where it is, who looks at it, how it answers."""

    name: str
    address: str
    seen_by: tuple[str, ...]
    status: int = 200
    printed: bool = False


_TRAIL = "/{organization}/{trail}/"
_WORKFLOW = _TRAIL + "{workflow}/"
_ATTESTATION = _WORKFLOW + "{attestation}/"

PAGES = (
    Page("home", "/", (ADMIN, STRANGER, AUDITOR)),
    Page("organization", "/{organization}/", EVERYBODY),
    Page("trail", _TRAIL, (ADMIN, STRANGER, AUDITOR), printed=True),
    Page("trail-one-state", _TRAIL + "?state=incomplete", (STRANGER,)),
    Page("trail-filtered", _TRAIL + "?q=shell&by=automation&since=2020-01-01", (WRITER,)),
    Page("trail-nothing-found", _TRAIL + "?since=2020-01-01&until=2020-01-02", (STRANGER,)),
    Page("trail-bad-filter", _TRAIL + "?since=yesterday", (STRANGER,), status=400),
    Page("trail-private", "/{organization}/{private}/", (WRITER,)),
    Page("trail-packages", _TRAIL + "packages", EVERYBODY),
    Page("workflow", _WORKFLOW, (WRITER, STRANGER, AUDITOR), printed=True),
    Page("workflow-incomplete", _TRAIL + "{incomplete}/", (WRITER, STRANGER), printed=True),
    Page("workflow-non-compliant", _TRAIL + "{non_compliant}/", (STRANGER,)),
    Page("workflow-superseded", _TRAIL + "{superseded}/", (STRANGER,)),
    Page("attestation", _ATTESTATION, EVERYBODY, printed=True),
    Page("evidence-transcript", "{file_cast}", EVERYBODY, printed=True),
    Page("evidence-text", "{file_log}?as=text", (STRANGER,), printed=True),
    Page("evidence-search", "{file_log}?as=text&q=error", (STRANGER,)),
    Page("evidence-tree", "{file_json}", (STRANGER,)),
    Page("evidence-json-lines", "{file_jsonl}", (WRITER,)),
    Page("evidence-table", "{file_csv}", (WRITER,)),
    Page("evidence-image", "{file_png}", (WRITER,)),
    Page("evidence-pdf", "{file_pdf}", (WRITER,)),
    Page("evidence-archive", "{file_tgz}", (WRITER,)),
    Page("evidence-member", "{file_tgz}?member=0", (WRITER,)),
    Page("evidence-encrypted", "{file_age}", (STRANGER,)),
    Page("evidence-hex", "{file_age}?as=hex", (STRANGER,)),
    Page("log", "/{organization}/log/", EVERYBODY, printed=True),
    Page("verify", "/verify/", (STRANGER, ADMIN)),
    Page("about", "/about/", (STRANGER,)),
    Page("search-empty", "/search", EVERYBODY),
    Page("search", "/search?q=shell", EVERYBODY),
    Page("search-exact", "/search?q={workflow}", (STRANGER,)),
    Page("search-nothing-found", "/search?q=nobody-wrote-this", (STRANGER,)),
    Page("workflow-new", _TRAIL + "new", (WRITER,)),
    Page("attest", _TRAIL + "{incomplete}/attest", (WRITER,)),
    Page("trail-new", "/{organization}/new", (ADMIN,)),
    Page("trail-configure", _TRAIL + "configure", (ADMIN,)),
    Page("trail-versions", "/{organization}/{changed}/versions", (ADMIN,)),
    Page("trail-archive", _TRAIL + "archive", (ADMIN,)),
    Page("trail-hold", _TRAIL + "hold", (ADMIN,)),
    Page("workflow-hold", _WORKFLOW + "hold", (ADMIN,)),
    Page("workflow-dispose", _WORKFLOW + "dispose", (ADMIN,)),
    Page("retention", "/{organization}/settings/retention", (ADMIN,)),
    Page("vault", "/{organization}/settings/vault", (ADMIN, AUDITOR)),
    Page("members", "/{organization}/settings/members", (ADMIN,)),
    Page("keys", "/{organization}/settings/keys", (ADMIN,)),
    Page("activity", "/{organization}/settings/activity", (ADMIN, AUDITOR)),
    Page("sign-in", "/account/login/", (STRANGER,)),
    Page("sign-out", "/account/logout/", (WRITER,)),
    Page("sign-up", "/account/signup/", (STRANGER,)),
    Page("account-inactive", "/account/inactive/", (STRANGER,)),
    Page("password-reset", "/account/password/reset/", (STRANGER,)),
    Page("password-reset-done", "/account/password/reset/done/", (STRANGER,)),
    Page("password-reset-over", "/account/password/reset/key/done/", (STRANGER,)),
    Page("password-reset-old-link", "/account/password/reset/key/1-x/", (STRANGER,)),
    Page("account", "/account/", (WRITER,)),
    Page("sessions", "/account/sessions/", (WRITER,)),
    Page("password-change", "/account/password/change/", (WRITER,)),
    Page("reauthenticate", "/account/reauthenticate/", (WRITER,)),
    Page("own-keys", "/account/keys/", (WRITER,)),
    Page("second-factor", "/account/second-factor/", (WRITER,)),
    Page("second-factor-app", "/account/second-factor/totp/activate/", (WRITER,)),
    Page("passkeys", "/account/second-factor/webauthn/", (WRITER,)),
    Page("passkey-add", "/account/second-factor/webauthn/add/", (WRITER,)),
    Page("not-found", "/no-such-organization/", (STRANGER, WRITER), status=404),
    Page("not-allowed", "/{organization}/settings/keys", (WRITER,), status=403),
)

# Addresses without a page that can be looked at here, each with its reason.
NO_PAGES = {
    **dict.fromkeys(("ready", "healthz"), "a probe"),
    **dict.fromkeys(("log_checkpoint", "log_key", "log_tile", "attest_files"), "for machines"),
    **dict.fromkeys(("workflow_package", "attestation_statement"), "a download"),
    **dict.fromkeys(("attestation_proof", "attestation_user_data"), "a download"),
    **dict.fromkeys(("activity_csv", "trail_csv", "evidence_raw"), "a download"),
    "trail_package_download": "a download",
    **dict.fromkeys(("site_card", "organization_card", "trail_card"), "a picture"),
    **dict.fromkeys(("workflow_card", "favicon", "touch_icon", "touch_icon_plain"), "a picture"),
    **dict.fromkeys(("robots", "security_txt", "trail_feed"), "for machines"),
    **dict.fromkeys(("sitemap", "sitemap_pages", "sitemap_part"), "for machines"),
    **dict.fromkeys(("evidence_image", "evidence_page"), "a picture on a page"),
    "verify_offline": "the verify page, as a file",
    "settings": "leads to the first page of the settings",
    "styleguide": "there where DEBUG is on alone; looked at by tests/journeys/test_styleguide.py",
    **dict.fromkeys(("account_set_password",), "for people without a password, who are none"),
    **dict.fromkeys(
        (
            *("mfa_authenticate", "mfa_reauthenticate", "mfa_deactivate_totp"),
            *("mfa_view_recovery_codes", "mfa_generate_recovery_codes", "mfa_edit_webauthn"),
            *("mfa_download_recovery_codes", "mfa_reauthenticate_webauthn", "mfa_remove_webauthn"),
            "mfa_login_webauthn",
        ),
        "for people with a second factor: tests/journeys/test_settings.py",
    ),
    **dict.fromkeys(
        (
            *("account_email", "account_email_verification_sent", "account_confirm_login_code"),
            "account_confirm_email",
        ),
        "not offered: 404",
    ),
}
