"""Nothing in the demo leads to anybody: reserved domains, and networks for documentation."""

import io
import ipaddress
import re
import tarfile

from tests.trails.demo.generated import Generated, everything
from trails.demo import processes
from trails.demo.bank import ADMIN, AUDITOR, ENGINEERS, WRITER

_DOCUMENTATION = [  # RFC 5737
    ipaddress.ip_network(net) for net in ("192.0.2.0/24", "198.51.100.0/24", "203.0.113.0/24")
]
_ADDRESS = re.compile(r"(?<![\w.#@+/-])\d{1,3}(?:\.\d{1,3}){3}(?![\w.])")
_MAIL = re.compile(r"[\w.+-]+@([\w-]+(?:\.[\w-]+)+)")
_LINK = re.compile(r"(?:https?|wss|s3)://([\w.-]+)")
_RESERVED = re.compile(r"(?:.+\.)?(?:test|example|example\.(?:com|org|net))")  # RFC 2606


def texts(file: Generated) -> list[str]:
    """Gives what there is to read in a file."""
    if file.suffix == "tgz":
        with tarfile.open(fileobj=io.BytesIO(file.data), mode="r:gz") as tar:
            members = [tar.extractfile(member) for member in tar.getmembers()]
            return [member.read().decode() for member in members if member]
    return [file.data.decode("latin-1")]


def test_addresses_are_from_networks_for_documentation() -> None:
    found = {a for file in everything() for text in texts(file) for a in _ADDRESS.findall(text)}
    assert len(found) > 20
    for address in found:
        assert any(ipaddress.ip_address(address) in net for net in _DOCUMENTATION), address


def test_domains_are_reserved() -> None:
    links = {
        link["uri"]
        for trail in processes.trails()
        for version in trail.versions
        for workflow in version.workflows
        for attestation in workflow.attestations
        for link in attestation.external
    }
    words = [*links, *(text for file in everything() for text in texts(file))]
    found = {host for text in words for host in (*_MAIL.findall(text), *_LINK.findall(text))}
    assert len(found) >= 4
    assert [host for host in found if not _RESERVED.fullmatch(host)] == []


def test_people_have_addresses_that_cannot_exist() -> None:
    people = (ADMIN, WRITER, AUDITOR, *ENGINEERS)
    assert len({person.email for person in people}) == len(people)
    assert all(person.email.endswith(".test") for person in people)
