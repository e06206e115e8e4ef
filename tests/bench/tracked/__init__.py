"""A plain Django application that keeps its history with django-pghistory: a yardstick."""
