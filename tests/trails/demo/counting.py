"""How many rows there are of everything that the demo makes."""

from django.apps import apps
from django.db.models import Model

_APPS = ("trails", "evidence")


def rows() -> dict[str, int]:
    """Gives the number of rows of each table."""
    models: list[type[Model]] = [m for app in _APPS for m in apps.get_app_config(app).get_models()]
    return {model._meta.db_table: model._default_manager.count() for model in models}
