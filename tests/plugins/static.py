"""Collects the static files when they are older than their sources, and looks through them once.

Pages name their files by hash and fail without the manifest that `collectstatic` writes. It takes
two seconds, so it is done only when something changed.
"""

import fcntl
import os
from collections.abc import Generator
from pathlib import Path
from typing import Any

import pytest
from django.conf import settings

from tests.plugins.template import PROJECT, manage

SOURCES = PROJECT / "static"


@pytest.fixture(scope="session", autouse=True)
def _static_files_are_collected() -> None:
    place = os.open(SOURCES, os.O_RDONLY)
    try:
        # Held until the folder closes: other workers, and other runs, wait for this one.
        fcntl.flock(place, fcntl.LOCK_EX)
        if newest_source() > collected_at():
            done = manage(os.environ, "collectstatic", "--noinput", "--verbosity=0")
            if done.returncode != 0:
                raise RuntimeError(f"collectstatic failed:\n{done.stdout}{done.stderr}")
    finally:
        os.close(place)


@pytest.fixture(scope="session", autouse=True)
def _static_files_are_looked_through_once(_static_files_are_collected: None) -> Generator[None]:
    """Keeps WhiteNoise from reading the whole folder again for each of thousands of clients.

    Django's test client makes the middleware anew each time: a third of the time of a page's test.
    """
    from whitenoise.base import WhiteNoise

    original = WhiteNoise.update_files_dictionary
    found: dict[tuple[Any, ...], dict[str, Any]] = {}

    def update_once(self: Any, root: str, prefix: str) -> None:
        key = (type(self), root, prefix, self.max_age)
        if key not in found:
            before = dict(self.files)
            original(self, root, prefix)
            found[key] = {url: file for url, file in self.files.items() if url not in before}
        self.files.update(found[key])

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(WhiteNoise, "update_files_dictionary", update_once)
        yield


def newest_source() -> float:
    """Gives the time of the last change of a file, a folder or the installed packages."""
    packages = Path(pytest.__file__).parents[1]
    sources = [SOURCES, packages, *SOURCES.rglob("*")]
    return max(source.stat().st_mtime for source in sources)


def collected_at() -> float:
    """Gives the time of the manifest, or the beginning of time if there is none."""
    manifest = Path(settings.STATIC_ROOT) / "staticfiles.json"
    return manifest.stat().st_mtime if manifest.exists() else 0.0
