"""The roots of tiles become readable without the hashes under them.

SQLite keeps a row's columns in order, and read 8 KB of hashes to come to each root.
"""

from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = (("evidence", "0005_published"),)
    operations = (
        migrations.AddIndex(
            model_name="tile",
            index=models.Index(fields=["log", "level", "index", "root"], name="tile_roots"),
        ),
    )
