"""The table that counts tries of signing in, as Django's database cache lays it out."""

from django.db import migrations


class Migration(migrations.Migration):
    dependencies = [("accounts", "0001_initial")]

    operations = [
        migrations.RunSQL(
            """
            CREATE TABLE IF NOT EXISTS accounts_cache (
                cache_key varchar(255) PRIMARY KEY, value text NOT NULL, expires timestamptz NOT NULL
            )""",
            "DROP TABLE accounts_cache",
        ),
        migrations.RunSQL(
            "CREATE INDEX IF NOT EXISTS accounts_cache_expires ON accounts_cache (expires)",
            migrations.RunSQL.noop,
        ),
    ]
