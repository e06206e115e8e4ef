"""The demo, made by its command in a data folder of the test's own."""

import io
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from django.core.management import call_command

RunDemo = Callable[..., str]


@pytest.fixture
def run_demo(db: None, tmp_path: Path, settings: Any) -> RunDemo:
    """Runs `manage.py demo` on an instance of this machine; gives what it printed."""
    settings.DATA_DIR = tmp_path
    settings.PUBLIC_URL = "http://127.0.0.1:8000"
    settings.PUBLIC_HOST = "127.0.0.1:8000"

    def run(**options: Any) -> str:
        out = io.StringIO()
        call_command("demo", stdout=out, **options)
        return out.getvalue()

    return run
