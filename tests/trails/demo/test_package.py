"""The scenario that the product exists for, on the demo: the package holds what was reported."""

import io
import zipfile

from tests.trails.demo.conftest import RunDemo
from tests.trails.demo.generated import everything
from trails import lookups
from trails.actors import STRANGER
from trails.demo.bank import ORGANIZATION
from trails.demo.processes.server_access import FAMOUS, STEPS
from trails.packages import package_of


def unzipped(trail: str, workflow: str) -> dict[str, bytes]:
    """Gives the files of a package below `data/`, fetched as a stranger would."""
    found = lookups.workflow(STRANGER, ORGANIZATION, trail, workflow)
    archive = package_of(found).archive
    data = b"".join(archive.read(0, archive.length))
    with zipfile.ZipFile(io.BytesIO(data)) as package:
        assert package.testzip() is None
        prefix = f"{workflow}/data/"
        names = [n for n in package.namelist() if n.startswith(prefix) and not n.endswith("/")]
        return {name.removeprefix(prefix): package.read(name) for name in names}


def test_the_famous_package_has_a_directory_per_attestation_with_the_reported_bytes(
    run_demo: RunDemo,
) -> None:
    run_demo()
    files = unzipped("prod-server-access", FAMOUS)
    assert {name.split("/")[0] for name in files} == set(STEPS)
    reported = {
        f"{file.step}/{file.name}": file.data for file in everything() if file.workflow == FAMOUS
    }
    beside = {"user-identity/user-data.json", "command-logs/user-data.json"}
    assert set(files) == set(reported) | beside
    assert {name: files[name] for name in reported} == reported


def test_other_packages_show_what_is_special_about_them(run_demo: RunDemo) -> None:
    run_demo()
    replaced = unzipped("prod-server-access", "ecs-execute-command-03be5517fa90c2d48")
    assert {"service-identity/task.json", "service-identity.2/task.json"} <= set(replaced)
    elsewhere = unzipped("prod-server-access", "ecs-execute-command-0957d2ab08ce6f314")
    assert b"  sha256:" in elsewhere["command-logs/external.txt"]
    ceremony = unzipped("cold-storage-transfer", "cold-2026-07")
    assert b"Ines Valderrama" in ceremony["witnesses/statement.txt"]
    assert b"Juna Petrell" in ceremony["witnesses/statement (2).txt"]
