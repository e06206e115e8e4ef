"""What the demo prints leads somewhere: each address answers, and a page shows the demo."""

import re
from urllib.parse import urlsplit

from django.test import Client

from tests.trails.demo.conftest import RunDemo
from trails.demo.processes.server_access import FAMOUS


def test_every_printed_address_answers_a_stranger(run_demo: RunDemo) -> None:
    addresses = re.findall(r"http://127\.0\.0\.1:8000(/\S*)", run_demo())
    assert len(addresses) == 4
    for address in addresses:
        assert Client().get(address).status_code == 200, address


def test_the_printed_workflow_offers_its_package(run_demo: RunDemo) -> None:
    [address] = re.findall(rf"(http://\S+/{FAMOUS}/)", run_demo())
    path = urlsplit(address).path
    assert b"Download evidence package" in Client().get(path).content
    package = Client().get(f"{path}package")
    assert package.status_code == 200
    assert package["Content-Type"] == "application/zip"
