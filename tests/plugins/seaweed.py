"""A real S3 store for a test run: one SeaweedFS on loopback, found beside Python, then gone.

All processes of a run share it. SeaweedFS tells its makers about itself unless told not to, and its
inner ports ask for no key: so it listens on loopback only, and is killed with the run, however that
ends. The fixture is in `s3`.
"""

import fcntl
import json
import os
import random
import secrets
import signal
import socket
import subprocess
import sys
import time
import urllib.error
import urllib.request
from collections.abc import Iterator
from contextlib import ExitStack
from pathlib import Path
from typing import Any
from urllib.parse import quote

from tests.plugins.leftovers import GROUPS

PATIENCE = 30.0
"""Seconds until a store that does not answer counts as failed."""

GRPC = 10_000
"""What SeaweedFS adds to a port to have its second one."""

SERVICES = ("master", "volume", "filer", "s3", "admin")


class S3:
    """The store of this run: where it is, the key to it, and buckets as many as are asked for."""

    def __init__(
        self, endpoint: str, access_key: str, secret_key: str, shared_bucket: str = ""
    ) -> None:
        self.endpoint, self.access_key, self.secret_key = endpoint, access_key, secret_key
        # For vaults of tests that do not care about locks; each takes a prefix.
        self.shared_bucket = shared_bucket

    def client(self, **config: Any) -> Any:
        """Return a plain boto3 client with every right, for what tests do behind our back."""
        import boto3
        from botocore.config import Config

        return boto3.client(
            "s3",
            endpoint_url=self.endpoint,
            region_name="us-east-1",
            aws_access_key_id=self.access_key,
            aws_secret_access_key=self.secret_key,
            config=Config(s3={"addressing_style": "path"}, **config),
        )

    def make_bucket(self, *, lock: bool) -> str:
        """Make a bucket, versioned and able to lock if so asked; return its name."""
        name = f"vault-{secrets.token_hex(8)}"
        self.client().create_bucket(Bucket=name, ObjectLockEnabledForBucket=lock)
        return name

    def url(self, bucket: str, prefix: str = "", **options: object) -> str:
        """Return the VAULT_URL of a bucket; `options` are those of the address."""
        said = {"endpoint": self.endpoint, **options}
        query = "&".join(f"{name}={quote(str(value), safe=':/')}" for name, value in said.items())
        return f"s3://{bucket}" + (f"/{prefix}" if prefix else "") + f"?{query}"

    def environment(self, url: str) -> dict[str, str]:
        """Return the environment of a process whose vault is at this address."""
        return {
            "VAULT_URL": url,
            "VAULT_ACCESS_KEY_ID": self.access_key,
            "VAULT_SECRET_ACCESS_KEY": self.secret_key,
        }


def running(run_folder: Path) -> S3:
    """Return the store of a run; the first process to come starts it while others wait."""
    folder = run_folder / "s3"
    folder.mkdir(exist_ok=True)
    made = folder / "made.json"
    with (folder / "lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)  # released when the file closes
        if not made.exists():
            facts = _start(folder, run_folder / GROUPS)
            facts["shared_bucket"] = S3(**facts).make_bucket(lock=False)
            made.write_text(json.dumps(facts))
        return S3(**json.loads(made.read_text()))


def _start(folder: Path, groups: Path) -> dict[str, str]:
    access_key, secret_key = f"tests{secrets.token_hex(6)}", secrets.token_urlsafe(30)
    rights = ["Admin", "Read", "Write", "List", "Tagging"]
    credentials = [{"accessKey": access_key, "secretKey": secret_key}]
    who = {"name": "tests", "credentials": credentials, "actions": rights}
    config = folder / "s3.json"
    config.write_text(json.dumps({"identities": [who]}))
    said = ""
    for _attempt in range(3):  # another program may take a port between our look and its start
        ports = _free_ports()
        data = folder / f"data-{ports['s3']}"
        data.mkdir()
        process = _process(data, config, ports)
        groups.mkdir(exist_ok=True)
        # Written down for the end of the run: this process may end before the others do.
        (groups / str(process.pid)).write_text(str(data))
        endpoint = f"http://127.0.0.1:{ports['s3']}"
        if _answers(endpoint, process):
            return {"endpoint": endpoint, "access_key": access_key, "secret_key": secret_key}
        os.killpg(process.pid, signal.SIGKILL)
        process.wait()
        said = (data / "log").read_text(errors="replace")[-5000:]
    raise RuntimeError(f"SeaweedFS did not start:\n{said}")


def _process(data: Path, config: Path, ports: dict[str, int]) -> subprocess.Popen[bytes]:
    command = [str(Path(sys.executable).parent / "weed"), "-logtostderr=true", "-v=0", "mini"]
    command += [f"-dir={data}", f"-s3.config={config}", "-ip=127.0.0.1", "-ip.bind=127.0.0.1"]
    command += ["-master.telemetry=false", "-webdav=false", "-admin.ui=false"]
    # Each bucket takes several volumes, and by itself it allows as many as could all be full.
    command += ["-volume.max=20000"]
    command += ["-s3.port.iceberg=0", "-s3.port.lance=0", "-s3.autoCreateBucket=false"]
    for service, port in ports.items():
        command += [f"-{service}.port={port}", f"-{service}.port.grpc={port + GRPC}"]
    for service in ("filer", "s3"):
        command += [f"-{service}.localSocket={data}/{service}.sock"]
    with (data / "log").open("wb") as log:
        return subprocess.Popen(
            command,
            cwd=data,
            env=os.environ | {"HOME": str(data), "TMPDIR": str(data)},
            stdin=subprocess.DEVNULL,
            stdout=log,
            stderr=log,
            start_new_session=True,  # one group, ended at the end of the run
        )


def _free_ports() -> dict[str, int]:
    """Return ports that are free and whose second ports are; below those of outgoing calls."""
    with ExitStack() as held:

        def ports() -> Iterator[int]:
            while True:
                port = random.randint(10_000, 22_000)  # noqa: S311 - nobody need not guess it
                try:
                    for number in (port, port + GRPC):
                        place = held.enter_context(socket.socket())
                        place.bind(("127.0.0.1", number))
                except OSError:
                    continue
                yield port

        return dict(zip(SERVICES, ports(), strict=False))


def _answers(endpoint: str, process: subprocess.Popen[bytes]) -> bool:
    deadline = time.monotonic() + PATIENCE
    while time.monotonic() < deadline and process.poll() is None:
        try:
            urllib.request.urlopen(endpoint, timeout=5).close()  # noqa: S310 - our own address
        except urllib.error.HTTPError as error:
            if error.code == 403:  # it asks for a key, and so reads its configuration
                return True
        except OSError:
            pass
        time.sleep(0.05)
    return False
