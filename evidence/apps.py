"""The evidence app: connects the append-only triggers to migrations and system checks."""

from django.apps import AppConfig
from django.core import checks
from django.db.models.signals import post_migrate


class EvidenceConfig(AppConfig):
    name = "evidence"
    verbose_name = "Evidence"

    def ready(self) -> None:
        from evidence import append_only
        from evidence.ledger import keys
        from evidence.witness import keys as witness_keys

        post_migrate.connect(append_only.install_after_migrate, sender=self)
        checks.register(append_only.check_triggers, checks.Tags.database)
        checks.register(keys.check_log_key)
        checks.register(witness_keys.check_witness_key)
