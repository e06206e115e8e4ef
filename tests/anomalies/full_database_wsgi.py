"""A server whose SQLite database may not grow as long as the file FULL_WHILE exists.

SQLite itself says that it is full, as it does where its disk is. Else it is the ordinary server.
"""

import os
from pathlib import Path
from typing import Any

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "config.settings")

from django.core.signals import request_started
from django.db import connection

from config.wsgi import application

__all__ = ["application"]

_LEAST, _MOST = 1, 0xFFFF_FFFE  # pages; never fewer than there are


def limit(**_told: Any) -> None:
    """Give the connection of a request the limit of the moment."""
    pages = _LEAST if Path(os.environ["FULL_WHILE"]).exists() else _MOST
    with connection.cursor() as cursor:
        cursor.execute(f"PRAGMA max_page_count = {pages}")


# After Django's own receiver, which closes connections that are too old.
request_started.connect(limit)
