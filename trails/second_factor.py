"""How allauth's second factors fit this house: encrypted at rest, named plainly, and noted.

Threat. A one-time code is made from a secret that the server must know. Whoever gets a copy of the
database (a backup, a dump, an injection that reads) must not be able to make codes from it. So the
secrets of authenticator apps and of recovery codes are encrypted with a key derived from
`SECRET_KEY`, which is not in the database. Whoever has both has the codes. A passkey's row holds a
public key, which is worth nothing to a thief.
"""

import base64
from typing import Any

from allauth.mfa import signals
from allauth.mfa.adapter import DefaultMFAAdapter
from allauth.mfa.models import Authenticator
from cryptography.fernet import Fernet, InvalidToken
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF
from django.conf import settings
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from trails import actors
from trails.actions import records
from trails.errors import Conflict
from trails.models import Membership, User
from trails.words import Role


class Adapter(DefaultMFAAdapter):
    """Passkeys belong to the public address, whatever host a request names; secrets are sealed."""

    error_messages = DefaultMFAAdapter.error_messages | {
        "incorrect_code": gettext_lazy("This was not accepted. Try again with a new code or key."),
    }

    def encrypt(self, text: str) -> str:
        """Return a secret as it is stored."""
        return _cipher().encrypt(text.encode()).decode()

    def decrypt(self, encrypted_text: str) -> str:
        """Return a stored secret. `Conflict` when it was stored under another SECRET_KEY.

        It never falls back to another value: from an empty secret anybody could make the codes.
        """
        try:
            return _cipher().decrypt(encrypted_text.encode()).decode()
        except InvalidToken:
            raise Conflict(
                "Your second factor cannot be read: the server's SECRET_KEY is not the one under "
                "which it was set up. Ask an operator to run 'manage.py forget_second_factor'."
            ) from None

    def get_totp_issuer(self) -> str:
        """Return what an authenticator app calls this instance."""
        return f"Trailkeeper {settings.HOSTNAME}"

    def get_public_key_credential_rp_entity(self) -> dict[str, str]:
        """Return whom passkeys are for."""
        return {"id": settings.HOSTNAME, "name": "Trailkeeper"}

    def generate_authenticator_name(self, user: Any, type: Any) -> str:
        """Return a name for a passkey that nobody named."""
        number = Authenticator.objects.filter(user_id=user.pk, type=type).count() + 1
        return _("Passkey {number}").format(number=number)


def is_demanded(user: User) -> bool:
    """Tell whether this person must set up a second factor before going on.

    `REQUIRE_SECOND_FACTOR=admins` means admins of any organization, and operators.
    """
    demanded = settings.REQUIRE_SECOND_FACTOR
    if demanded == "none":
        return False
    if demanded == "admins" and not user.is_staff:
        is_admin = Membership.objects.filter(user=user, role=Role.ADMIN).exists()
        return is_admin and not _has_one(user)
    return not _has_one(user)


def _has_one(user: User) -> bool:
    types = (Authenticator.Type.TOTP, Authenticator.Type.WEBAUTHN)
    return bool(Authenticator.objects.filter(user=user, type__in=types).exists())


def _cipher() -> Fernet:
    kdf = HKDF(algorithm=SHA256(), length=32, salt=None, info=b"trailkeeper second factor")
    return Fernet(base64.urlsafe_b64encode(kdf.derive(settings.SECRET_KEY.encode())))


def note_changes() -> None:
    """Have an activity written whenever a person sets up, renews or removes a second factor."""
    for signal, verb in (
        (signals.authenticator_added, "second-factor.added"),
        (signals.authenticator_reset, "second-factor.renewed"),
        (signals.authenticator_removed, "second-factor.removed"),
    ):
        signal.connect(_noting(verb), weak=False, dispatch_uid=verb)


def _noting(verb: str) -> Any:
    def note(user: User, authenticator: Authenticator, **kwargs: Any) -> None:
        records.note(
            None,
            actor=actors.for_user(user),
            verb=verb,
            subject=user.email,
            details={"type": str(authenticator.type)},
        )

    return note
