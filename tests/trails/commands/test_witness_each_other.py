"""Two instances of two companies are each other's witness."""

from pathlib import Path

from evidence.ledger import checkpoint
from evidence.ledger.note import Key, new_private_key
from tests.plugins.server import Server
from tests.plugins.servers import MakeServer


class Company:
    """An instance with one organization, and a witness process on the same database."""

    def __init__(self, name: str, make_server: MakeServer, folder: Path) -> None:
        self.name = name
        self.server = make_server(LOG_KEY=new_private_key(), LOG_FORMAT="text")
        self.policy, self.logs = folder / f"{name}.policy", folder / f"{name}.logs"
        self.run("create_organization", name, "--admin", f"admin@{name}.example.com")
        [[vkey]] = self.server.sql("SELECT vkey FROM evidence_logkey")
        self.log_vkey = str(vkey)
        self.witness: Server = make_server(
            app="config.witness:application",
            DATABASE_URL=self.server.database_url,
            DATA_DIR=str(self.server.data_dir),
            LOG_KEY="",
            SEALING="worker",
            WITNESS_KEY=new_private_key(),
            WITNESS_NAME=f"witness.{name}.example.com",
            WITNESS_LOGS_FILE=str(self.logs),
        )
        self.vkey = self.witness.manage("witness", "--vkey").stdout.strip()

    def run(self, *command: str) -> str:
        done = self.server.manage(*command)
        assert done.returncode == 0, done.stdout + done.stderr
        return done.stdout

    def trust(self, other: "Company") -> None:
        """Cosign what the other signs, and have the other cosign what is signed here."""
        self.logs.write_text(f"log {other.log_vkey}\n")
        self.policy.write_text(f"witness w {other.vkey} {other.witness.url}\nquorum w\n")
        self.server.environment["WITNESS_POLICY_FILE"] = str(self.policy)

    def newest(self, other: "Company") -> int:
        """Return the size of the newest published checkpoint, after verifying its signatures."""
        [[size, note]] = self.server.sql(
            "SELECT size, note FROM evidence_published ORDER BY size DESC LIMIT 1"
        )
        keys = [Key.parse(self.log_vkey), Key.parse(other.vkey)]
        said, _, verified = checkpoint.opened(bytes(note), keys)
        assert [key for key, _ in verified] == keys
        assert said.size == size
        return said.size


def test_each_cosigns_what_the_other_signs(make_server: MakeServer, tmp_path: Path) -> None:
    one, two = Company("one", make_server, tmp_path), Company("two", make_server, tmp_path)
    one.trust(two)
    two.trust(one)
    one.witness.start()
    two.witness.start()
    for company, other in ((one, two), (two, one)):
        assert f"by witness.{other.name}.example.com" in company.run("publish")
        first = company.newest(other)
        company.run("create_organization", "more", "--admin", "admin@more.example.com")
        # The new organization's log has another name: the other side does not know it.
        done = company.server.manage("publish")
        assert "/more" in done.stderr and "404" in done.stderr
        assert company.newest(other) == first
