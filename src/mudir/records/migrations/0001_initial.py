import django.contrib.postgres.fields
import django.contrib.postgres.indexes
import django.db.models.deletion
import django.utils.timezone
import mudir.records.models.event
import mudir.records.models.search
from django.conf import settings
from django.contrib.postgres.operations import TrigramExtension
from django.db import migrations, models


class Migration(migrations.Migration):

    initial = True

    dependencies = [
        ('accounts', '0001_initial'),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        # The trigram index of names; PostgreSQL lets the owner of a database create this extension.
        TrigramExtension(),
        # Events draw their keys from it: they are keyed by (time, id), so that they can be partitioned by month.
        migrations.RunSQL("CREATE SEQUENCE records_event_seq", "DROP SEQUENCE records_event_seq"),
        migrations.CreateModel(
            name='NameToken',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('token', models.CharField(max_length=100, unique=True)),
                ('akey', models.CharField(max_length=100)),
                ('is_spelled', models.BooleanField(default=True)),
            ],
            options={
                'indexes': [django.contrib.postgres.indexes.GinIndex(fields=['akey'], name='tokens_by_likeness', opclasses=['gin_trgm_ops']), models.Index(condition=models.Q(('is_spelled', False)), fields=['id'], name='tokens_to_spell')],
            },
        ),
        migrations.CreateModel(
            name='SearchEntry',
            fields=[
                ('pk', models.CompositePrimaryKey('kind', 'object_id', blank=True, editable=False, primary_key=True, serialize=False)),
                ('kind', models.CharField(max_length=80)),
                ('object_id', models.BigIntegerField()),
                ('tokens', django.contrib.postgres.fields.ArrayField(base_field=models.BigIntegerField())),
                ('words', mudir.records.models.search.Words()),
            ],
            options={
                'indexes': [django.contrib.postgres.indexes.GinIndex(fields=['words'], name='entries_by_words')],
            },
        ),
        migrations.CreateModel(
            name='Event',
            fields=[
                ('pk', models.CompositePrimaryKey('at', 'id', blank=True, editable=False, primary_key=True, serialize=False)),
                ('id', models.BigIntegerField(db_default=mudir.records.models.event.NextValue('records_event_seq'), editable=False)),
                ('at', models.DateTimeField(default=django.utils.timezone.now)),
                ('verb', models.CharField(max_length=60)),
                ('kind', models.CharField(max_length=80)),
                ('object_id', models.BigIntegerField()),
                ('target_kind', models.CharField(blank=True, max_length=80)),
                ('target_id', models.BigIntegerField(blank=True, null=True)),
                ('details', models.JSONField(default=dict)),
                ('actor', models.ForeignKey(null=True, on_delete=django.db.models.deletion.DO_NOTHING, related_name='+', to=settings.AUTH_USER_MODEL)),
            ],
            options={
                'indexes': [models.Index(models.F('kind'), models.F('object_id'), models.OrderBy(models.F('at'), descending=True), models.OrderBy(models.F('id'), descending=True), name='timeline_of_record'), models.Index(models.F('target_kind'), models.F('target_id'), name='events_about_target')],
            },
        ),
        migrations.CreateModel(
            name='Share',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('kind', models.CharField(max_length=80)),
                ('object_id', models.BigIntegerField()),
                ('confidential', models.BooleanField(default=False, verbose_name='opens a confidential record')),
                ('purpose', models.CharField(blank=True, max_length=300, verbose_name='purpose')),
                ('until', models.DateField(blank=True, null=True, verbose_name='until')),
                ('created_at', models.DateTimeField(default=django.utils.timezone.now)),
                ('granted_by', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL)),
                ('team', models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.CASCADE, related_name='shares', to='accounts.team')),
                ('user', models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.CASCADE, related_name='shares', to=settings.AUTH_USER_MODEL)),
            ],
            options={
                'indexes': [models.Index(fields=['user', 'kind', 'object_id'], name='shares_of_user'), models.Index(fields=['team', 'kind', 'object_id'], name='shares_of_team')],
                'constraints': [models.CheckConstraint(condition=models.Q(models.Q(('team__isnull', True), ('user__isnull', False)), models.Q(('team__isnull', False), ('user__isnull', True)), _connector='OR'), name='share_is_with_a_user_or_a_team'), models.UniqueConstraint(fields=('kind', 'object_id', 'user'), name='one_share_per_user'), models.UniqueConstraint(fields=('kind', 'object_id', 'team'), name='one_share_per_team')],
            },
        ),
        migrations.CreateModel(
            name='TokenKey',
            fields=[
                ('pk', models.CompositePrimaryKey('key', 'token', blank=True, editable=False, primary_key=True, serialize=False)),
                ('key', models.CharField(db_collation='C', max_length=100)),
                ('cost', models.FloatField()),
                ('token', models.ForeignKey(db_index=False, on_delete=django.db.models.deletion.CASCADE, related_name='keys', to='records.nametoken')),
            ],
            options={
                'indexes': [models.Index(fields=['token', 'cost'], name='keys_of_token')],
            },
        ),
    ]
