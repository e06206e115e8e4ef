"""The fictional bank: what it is called, who works there, which machines it has. Pure.

Not for the accounts themselves: `cast` makes those, and their passwords are drawn per instance.
"""

from dataclasses import dataclass

ORGANIZATION = "harbor-bank"
DOMAIN = "harbor-bank.test"
ACCOUNT = "automation"  # the service account that reports for the bank's machines
REGION = "eu-north-1"
AWS_ACCOUNTS = {"prod": "111122223333", "beta": "444455556666"}  # as in AWS's own examples


@dataclass(frozen=True, slots=True)
class Person:
    """Somebody who works at the bank."""

    name: str
    address: str  # the last part of a network for documentation, 192.0.2.0/24

    @property
    def handle(self) -> str:
        """Return the name as it stands in e-mail addresses and session names."""
        return self.name.lower().replace(" ", ".").replace("'", "")

    @property
    def email(self) -> str:
        """Return an e-mail address under a domain that can never exist (RFC 2606)."""
        return f"{self.handle}@{DOMAIN}"

    @property
    def ip(self) -> str:
        """Return the address that the person works from."""
        return f"192.0.2.{self.address}"


ADMIN = Person("Mira Solbakken", "10")
WRITER = Person("Tobias Achterhof", "24")
AUDITOR = Person("Ines Valderrama", "31")
ENGINEERS = (
    Person("Noor Hadidi", "41"),
    Person("Callum Okonjo", "57"),
    Person("Juna Petrell", "83"),
    Person("Rafe Lindqvarn", "120"),
)
