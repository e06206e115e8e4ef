#!/usr/bin/env python
"""Runs Trailkeeper's administrative commands: `python manage.py help` lists them."""

import os
import sys

from config import process

if __name__ == "__main__":
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "config.settings")
    process.runs(sys.argv[1:])
    if sys.argv[1:2] == ["newkey"]:
        # It may be about to make the very file that one of these names.
        for name in ("LOG_KEY_FILE", "WITNESS_KEY_FILE"):
            os.environ.pop(name, None)
    from django.core.exceptions import ImproperlyConfigured
    from django.core.management import execute_from_command_line

    try:
        execute_from_command_line(sys.argv)
    except ImproperlyConfigured as error:
        sys.exit(f"{error}")
