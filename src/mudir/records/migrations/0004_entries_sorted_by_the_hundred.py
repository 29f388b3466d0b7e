"""Change how the index of search entries takes new ones, without building it anew."""

import django.contrib.postgres.indexes
from django.db import migrations


class Migration(migrations.Migration):

    dependencies = [
        ("records", "0003_history_of_shares"),
    ]

    operations = [
        migrations.SeparateDatabaseAndState(
            database_operations=[
                migrations.RunSQL(
                    "ALTER INDEX entries_by_words SET (fastupdate = on, gin_pending_list_limit = 512)",
                    "ALTER INDEX entries_by_words SET (fastupdate = off)",
                ),
            ],
            state_operations=[
                migrations.RemoveIndex("SearchEntry", name="entries_by_words"),
                migrations.AddIndex("SearchEntry", django.contrib.postgres.indexes.GinIndex(
                    fields=["words"], gin_pending_list_limit=512, name="entries_by_words")),
            ],
        ),
    ]
