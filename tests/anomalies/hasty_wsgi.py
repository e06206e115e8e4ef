"""The ordinary server, but that it waits for the store of its vault a second and asks it twice.

In production it waits a minute and asks four times, which no test has time for.
"""

import os

from evidence.vault import s3_client

s3_client.CONNECT_SECONDS, s3_client.READ_SECONDS = 1, 1
s3_client.ATTEMPTS = 2
os.environ.setdefault("DJANGO_SETTINGS_MODULE", "config.settings")

from config.wsgi import application  # noqa: E402

__all__ = ["application"]
