"""The WSGI entry of a witness for other logs; `manage.py witness` runs it. Not for the product."""

import os

import django

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "config.settings")
django.setup()

from evidence.witness import keys  # noqa: E402  models need the set-up before them
from trails.http.witness import Served, Witness  # noqa: E402

_key, _known = keys.signing_key(), keys.known_logs()
keys.refuse_to_witness_itself(_key, _known)
application = Served(Witness(_key, _known))
