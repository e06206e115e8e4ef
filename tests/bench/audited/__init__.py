"""A plain Django application that keeps its history with django-auditlog: a yardstick."""
