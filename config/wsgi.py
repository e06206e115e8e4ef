"""The WSGI entry. Packages stream through a synchronous iterator, so there is no ASGI one."""

import gc
import os
from importlib import import_module

from django.conf import settings
from django.core.wsgi import get_wsgi_application
from django.template.loader import get_template

from evidence.ledger import keys

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "config.settings")
application = get_wsgi_application()
keys.refuse_to_start_without()

# What Django would import and parse with the first requests: they should not wait for it, and a
# mistake in it should stop the start.
import_module(settings.ROOT_URLCONF)
for template in ("package/README.txt", "package/report.html"):
    get_template(template)

# The hundreds of thousands of objects of the code itself live as long as the process. Searching
# them for garbage again and again cost a package of ten thousand files more than the database did.
gc.collect()
gc.freeze()
