"""The product's settings with the addresses of `tests.bench.bare`: nothing else may differ."""

from config.settings import *  # noqa: F403  all of them is the point

ROOT_URLCONF = "tests.bench.bare"
