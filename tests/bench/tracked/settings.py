"""The product's settings, with django-pghistory and the addresses of this project.

Without the library's middleware, which tells events the address and the user of a request: it sends
two commands as one, and PostgreSQL prepares no such statement. So it has less to do.
"""

from config.settings import *  # noqa: F403  all of them is the point
from config.settings import INSTALLED_APPS

INSTALLED_APPS = [*INSTALLED_APPS, "pgtrigger", "pghistory", "tests.bench.tracked"]
ROOT_URLCONF = "tests.bench.tracked.urls"
PGTRIGGER_INSTALL_ON_MIGRATE = True  # this project has no migrations of its own
