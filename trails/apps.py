"""The trails app."""

from django.apps import AppConfig
from django.core import checks
from django.db.models.signals import post_migrate


class TrailsConfig(AppConfig):
    name = "trails"
    verbose_name = "Trailkeeper"

    def ready(self) -> None:
        """Listen to who changes accounts and signs out, and look after the index of words."""
        from trails import granted, second_factor, sign_ins  # models are there only now
        from trails.search import engines

        second_factor.note_changes()
        sign_ins.listen()
        checks.register(granted.check_role, checks.Tags.database)
        post_migrate.connect(engines.install_after_migrate, sender=self)
