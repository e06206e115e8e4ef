"""Programs that others wrote, doing with the same bytes what our server does: one function each.

Every one gives the seconds from its start until the last byte has been taken from it.
"""

import json
import shutil
import subprocess
import sys
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path

from tests.bench import wire
from tests.plugins.template import PROJECT

NGINX = shutil.which("nginx") or shutil.which("nginx", path="/usr/sbin")
NO_NGINX = "nginx is not installed (apt-get install nginx)"
NO_ZIP = "zip is not installed (apt-get install zip)"


def cat(files: Sequence[str]) -> float:
    """Copy files through a pipe into nothing: what streaming costs at least.

    By xargs, since a hundred thousand names are more than one command takes.
    """
    return _piped(["xargs", "-0", "cat"], "\0".join(files))


def info_zip(files: Sequence[str]) -> float:
    """Let Info-ZIP pack files into a pipe without compressing them, names alone."""
    return _piped(["zip", "-0", "-q", "-j", "-@", "-"], "\n".join(files))


def zipstream_ng(files: Sequence[str]) -> float:
    """Let zipstream-ng do the same, in a Python of its own."""
    return _piped([sys.executable, "-m", "tests.bench.zipstreaming"], "\0".join(files))


def _piped(command: Sequence[str], names: str) -> float:
    begun = time.monotonic()
    with (
        subprocess.Popen(
            command, cwd=PROJECT, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
        ) as source,
        subprocess.Popen(["cat"], stdin=source.stdout, stdout=subprocess.DEVNULL) as sink,
    ):
        assert source.stdin is not None
        assert source.stdout is not None
        source.stdout.close()  # the sink alone holds it
        source.stdin.write(names)
        source.stdin.close()
    took = time.monotonic() - begun
    if source.returncode or sink.returncode:
        raise RuntimeError(f"{command[0]} ended with {source.returncode}, cat {sink.returncode}.")
    return took


@contextmanager
def nginx(folder: Path) -> Iterator[str]:
    """Serve a folder by nginx on loopback with `sendfile`; give its address.

    Two workers, as our server has, and nothing of the machine's own configuration.
    """
    if NGINX is None:
        raise RuntimeError(f"{NO_NGINX[:1].upper()}{NO_NGINX[1:]}.")
    port = wire.free_port()
    home = folder / "nginx"
    home.mkdir()
    user = "user root;" if Path("/root").owner() == home.owner() else ""
    (home / "nginx.conf").write_text(
        f"{user} daemon off; worker_processes 2; pid {home}/pid; error_log {home}/log;"
        f" events {{}} http {{ access_log off; sendfile on;"
        + "".join(
            f" {kind}_temp_path {home}/{kind};"
            for kind in ("client_body", "proxy", "fastcgi", "uwsgi", "scgi")
        )
        + f" server {{ listen 127.0.0.1:{port}; root {json.dumps(str(folder))}; }} }}\n"
    )
    command = [NGINX, "-p", str(home), "-e", f"{home}/log", "-c", f"{home}/nginx.conf"]
    with subprocess.Popen(command) as server:
        try:
            wire.await_port(port)
            yield f"http://127.0.0.1:{port}"
        finally:
            server.terminate()
    shutil.rmtree(home)
