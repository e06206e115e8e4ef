"""The WSGI entry of this project: the product's, with other settings."""

import os

os.environ["DJANGO_SETTINGS_MODULE"] = "tests.bench.tracked.settings"

from config.wsgi import application

__all__ = ["application"]
