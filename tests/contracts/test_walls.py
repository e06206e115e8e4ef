"""The walls of the house stand: what is pure starts alone, and few hands touch rows and roles."""

import ast
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

PROJECT = Path(__file__).resolve().parents[2]

# These prove, or are read by somebody who has no server: they start where there is no Django.
PURE = [
    "evidence.errors",
    "evidence.findings",
    "evidence.ledger.checkpoint",
    "evidence.ledger.merkle",
    "evidence.ledger.note",
    "evidence.ledger.policy",
    "evidence.ledger.proof",
    "evidence.ledger.proof_file",
    "evidence.ledger.fsck.edge",
    "evidence.ledger.fsck.growth",
    "evidence.ledger.statement",
    "evidence.ledger.submission",
    "evidence.ledger.tiles",
    "evidence.ledger.timestamps",
    "evidence.ledger.witnesses",
    "evidence.media_types",
    "evidence.names",
    "evidence.package.bag",
    "evidence.package.command",
    "evidence.package.index",
    "evidence.package.proofs",
    "evidence.package.recipe",
    "evidence.package.trail",
    "evidence.package.verify",
    "evidence.package.verify_trail",
    "evidence.package.zip",
    "evidence.vault.check.verdict",
    "evidence.vault.digest",
    "evidence.vault.places",
    "evidence.witness.judge",
    "evidence.witness.logs",
    "trails.client.__main__",
    "trails.retention",
    "trails.state",
]
# Methods of managers and querysets that write, and those of a row.
WRITES = {
    "abulk_create", "acreate", "adelete", "aget_or_create", "asave", "aupdate",
    "aupdate_or_create", "bulk_create", "bulk_update", "create", "delete", "get_or_create", "save",
    "update", "update_or_create",
}  # fmt: skip
MANAGERS = {"objects", "_base_manager", "_default_manager"}
LEDGER = {
    "Checkpoint", "Contradiction", "Cosignature", "Leaf", "LogKey", "Pending", "Published",
    "Record", "Tile", "Timestamp",
}  # fmt: skip
MAY_WRITE = {
    "evidence/vault/store.py": "the rows that name bytes",
    "evidence/vault/rounds.py": "where workers are in a round through the vault",
    "evidence/vault/scrubbing.py": "what was found wrong with bytes, and what closed it",
    "evidence/vault/replica.py": "the queue of blobs that wait for their copy",
    "evidence/vault/repairing.py": "a blob that was copied by a repair leaves that queue",
    "trails/held.py": "uploads that wait for their attestation, for a day",
    "trails/direct.py": "uploads to the store that wait for their attestation, for a day",
    "trails/preparing.py": "packages of trails, which follow from what is recorded and end",
    "trails/authentication.py": "when a key was last used, which is no fact of the product",
}


def sources(*folders: str) -> Iterator[tuple[str, ast.Module]]:
    for folder in folders:
        for path in sorted((PROJECT / folder).rglob("*.py")):
            name = str(path.relative_to(PROJECT))
            if "/migrations/" not in name:
                yield name, ast.parse(path.read_text(encoding="utf-8"), name)


@pytest.mark.parametrize("module", PURE)
def test_what_is_pure_starts_without_django(module: str) -> None:
    code = (
        "import sys\n"
        "for name in ('django', 'boto3', 'botocore', 'psycopg', 'evidence.models'):\n"
        "    sys.modules[name] = None\n"  # an import of it fails
        f"import {module}\n"
    )
    done = subprocess.run(
        [sys.executable, "-c", code], cwd=PROJECT, capture_output=True, text=True, timeout=60
    )
    assert done.returncode == 0, done.stderr


def writes_through_a_manager(tree: ast.Module) -> Iterator[ast.Call]:
    """Yield the calls that write, of the form `Model.objects.….create(…)`."""
    for node in ast.walk(tree):
        if not (isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute)):
            continue
        names = {part.attr for part in ast.walk(node.func) if isinstance(part, ast.Attribute)}
        if node.func.attr in WRITES and names & MANAGERS:
            yield node


def test_the_search_for_writes_finds_them() -> None:
    for line in ("A.objects.create(x=1)", "A.objects.filter(x=1).exclude(y=2).update(x=2)"):
        assert list(writes_through_a_manager(ast.parse(line)))
    for line in ("A.objects.filter(x=1).first()", "{}.update(a=1)", "form.save()"):
        assert not list(writes_through_a_manager(ast.parse(line)))


def test_only_actions_write_rows() -> None:
    found = {
        name
        for name, tree in sources("config", "trails", "evidence")
        if not name.startswith("trails/actions/") and any(writes_through_a_manager(tree))
    }
    assert found == set(MAY_WRITE)


def test_only_the_log_writes_records() -> None:
    for name, tree in sources("config", "trails", "evidence"):
        for call in writes_through_a_manager(tree):
            model = ast.unparse(call.func).split(".", 1)[0]
            assert model not in LEDGER or name.startswith("evidence/ledger/"), name
            assert model != "Blob" or name == "evidence/vault/store.py", name


def test_few_hands_hold_the_pen() -> None:
    """`evidence.writing` writes past Django's managers: ledger, vault, witness, actions, imports.

    Locks only run a SELECT with what is written.
    """
    others = {"evidence/append_only.py", "evidence/locks.py", "trails/moving/inserting.py"}
    for name, tree in sources("config", "trails", "evidence"):
        may = name.startswith(
            ("evidence/ledger/", "evidence/vault/", "evidence/witness/", "trails/actions/")
        )
        if any(found.startswith("evidence.writing.") for found in imports(tree)):
            assert may or name in others, name


def test_only_permissions_reads_what_a_role_allows() -> None:
    """An actor carries its roles; nobody else looks into them, or into what they allow."""
    for name, tree in sources("config", "trails"):
        if name in {"trails/permissions.py", "trails/actors.py"}:
            continue
        for node in ast.walk(tree):
            if isinstance(node, ast.Attribute):
                assert node.attr != "roles", f"{name}:{node.lineno} reads an actor's roles"
            if isinstance(node, ast.Name | ast.Attribute):
                named = node.id if isinstance(node, ast.Name) else node.attr
                assert named != "ALLOWED", f"{name}:{node.lineno} reads the table of roles"


def imports(tree: ast.Module) -> Iterator[str]:
    for node in ast.walk(tree):
        if isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom):
            yield from (f"{node.module}.{alias.name}" for alias in node.names)


def test_imports_point_one_way() -> None:
    for name, tree in sources("evidence"):
        wrong = [i for i in imports(tree) if i.split(".")[0] in {"trails", "config", "tests"}]
        assert not wrong, name
    for name, tree in sources("trails"):
        wrong = [i for i in imports(tree) if i.split(".")[0] in {"config", "tests"}]
        assert not wrong, name


def test_the_doors_do_not_know_one_another() -> None:
    doors = ("trails.web", "trails.api", "trails.kosli")
    for door in doors:
        for name, tree in sources(door.replace(".", "/")):
            others = tuple(f"{other}." for other in doors if other != door)
            assert not [i for i in imports(tree) if f"{i}.".startswith(others)], name


def test_the_import_linter_agrees() -> None:
    program = Path(sys.executable).with_name("lint-imports")
    done = subprocess.run(
        [str(program), "--no-cache"], cwd=PROJECT, capture_output=True, text=True, timeout=120
    )
    assert done.returncode == 0, done.stdout
