import django.db.models.deletion
import django.db.models.functions.text
import pghistory.utils
import pgtrigger.compiler
import pgtrigger.migrations
from django.conf import settings
from django.db import migrations, models


class Migration(migrations.Migration):

    initial = True

    dependencies = [
    ]

    operations = [
        migrations.CreateModel(
            name='Team',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('name', models.CharField(max_length=120, verbose_name='name')),
                ('name_other', models.CharField(blank=True, max_length=120, verbose_name='name in the other language')),
                ('parent', models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='children', to='accounts.team', verbose_name='above it')),
            ],
            options={
                'verbose_name': 'team',
                'verbose_name_plural': 'teams',
            },
        ),
        migrations.CreateModel(
            name='User',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('password', models.CharField(max_length=128, verbose_name='password')),
                ('last_login', models.DateTimeField(blank=True, null=True, verbose_name='last login')),
                ('email', models.EmailField(error_messages={'unique': 'This e-mail belongs to a user.'}, max_length=254, unique=True, verbose_name='e-mail')),
                ('name', models.CharField(max_length=120, verbose_name='name')),
                ('name_other', models.CharField(blank=True, max_length=120, verbose_name='name in the other language')),
                ('role', models.CharField(choices=[('client_manager', 'Client manager'), ('key_account_manager', 'Key account manager'), ('team_lead', 'Team lead'), ('director', 'Commercial director'), ('department_staff', 'Department staff'), ('administrator', 'Administrator')], default='client_manager', max_length=40, verbose_name='role')),
                ('is_active', models.BooleanField(default=True, verbose_name='active')),
                ('joined_at', models.DateTimeField(auto_now_add=True, verbose_name='joined')),
                ('language', models.CharField(choices=[('ar', 'Arabic'), ('en', 'English')], default='ar', max_length=2, verbose_name='language')),
                ('digits', models.CharField(choices=[('latn', '1234'), ('arab', '١٢٣٤')], default='latn', max_length=4, verbose_name='digits')),
                ('calendar', models.CharField(choices=[('gregorian', 'Gregorian'), ('hijri', 'Hijri'), ('both', 'Gregorian with Hijri')], default='gregorian', max_length=10, verbose_name='calendar')),
                ('time_zone', models.CharField(default='Asia/Riyadh', max_length=60, verbose_name='time zone')),
                ('country', models.CharField(default='SA', max_length=2, verbose_name='country')),
                ('week_start', models.PositiveSmallIntegerField(blank=True, null=True, verbose_name='week begins on')),
                ('theme', models.CharField(choices=[('auto', 'As the device'), ('light', 'Light'), ('dark', 'Dark')], default='auto', max_length=5, verbose_name='theme')),
                ('density', models.CharField(choices=[('compact', 'Compact'), ('normal', 'Normal'), ('roomy', 'Roomy')], default='compact', max_length=7, verbose_name='density of lists')),
                ('team', models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='members', to='accounts.team', verbose_name='team')),
            ],
            options={
                'verbose_name': 'user',
                'verbose_name_plural': 'users',
            },
        ),
        migrations.CreateModel(
            name='TeamHistoryrow',
            fields=[
                ('pgh_created_at', models.DateTimeField(auto_now_add=True)),
                ('pgh_label', models.TextField(help_text='The event label.')),
                ('pgh_id', models.BigAutoField(primary_key=True, serialize=False)),
                ('pgh_context', pghistory.utils.JSONField(null=True)),
                ('pgh_context_id', models.UUIDField(null=True)),
                ('id', models.BigIntegerField()),
                ('name', models.CharField(max_length=120, verbose_name='name')),
                ('name_other', models.CharField(blank=True, max_length=120, verbose_name='name in the other language')),
                ('parent', models.ForeignKey(blank=True, db_constraint=False, null=True, on_delete=django.db.models.deletion.DO_NOTHING, related_name='+', related_query_name='+', to='accounts.team', verbose_name='above it')),
                ('pgh_obj', models.ForeignKey(db_constraint=False, on_delete=django.db.models.deletion.DO_NOTHING, related_name='history_rows', to='accounts.team')),
            ],
            options={
                'abstract': False,
            },
        ),
        migrations.CreateModel(
            name='UserHistoryrow',
            fields=[
                ('pgh_created_at', models.DateTimeField(auto_now_add=True)),
                ('pgh_label', models.TextField(help_text='The event label.')),
                ('pgh_id', models.BigAutoField(primary_key=True, serialize=False)),
                ('pgh_context', pghistory.utils.JSONField(null=True)),
                ('pgh_context_id', models.UUIDField(null=True)),
                ('id', models.BigIntegerField()),
                ('email', models.EmailField(error_messages={'unique': 'This e-mail belongs to a user.'}, max_length=254, verbose_name='e-mail')),
                ('name', models.CharField(max_length=120, verbose_name='name')),
                ('name_other', models.CharField(blank=True, max_length=120, verbose_name='name in the other language')),
                ('role', models.CharField(choices=[('client_manager', 'Client manager'), ('key_account_manager', 'Key account manager'), ('team_lead', 'Team lead'), ('director', 'Commercial director'), ('department_staff', 'Department staff'), ('administrator', 'Administrator')], default='client_manager', max_length=40, verbose_name='role')),
                ('is_active', models.BooleanField(default=True, verbose_name='active')),
                ('joined_at', models.DateTimeField(auto_now_add=True, verbose_name='joined')),
                ('language', models.CharField(choices=[('ar', 'Arabic'), ('en', 'English')], default='ar', max_length=2, verbose_name='language')),
                ('digits', models.CharField(choices=[('latn', '1234'), ('arab', '١٢٣٤')], default='latn', max_length=4, verbose_name='digits')),
                ('calendar', models.CharField(choices=[('gregorian', 'Gregorian'), ('hijri', 'Hijri'), ('both', 'Gregorian with Hijri')], default='gregorian', max_length=10, verbose_name='calendar')),
                ('time_zone', models.CharField(default='Asia/Riyadh', max_length=60, verbose_name='time zone')),
                ('country', models.CharField(default='SA', max_length=2, verbose_name='country')),
                ('week_start', models.PositiveSmallIntegerField(blank=True, null=True, verbose_name='week begins on')),
                ('theme', models.CharField(choices=[('auto', 'As the device'), ('light', 'Light'), ('dark', 'Dark')], default='auto', max_length=5, verbose_name='theme')),
                ('density', models.CharField(choices=[('compact', 'Compact'), ('normal', 'Normal'), ('roomy', 'Roomy')], default='compact', max_length=7, verbose_name='density of lists')),
                ('pgh_obj', models.ForeignKey(db_constraint=False, on_delete=django.db.models.deletion.DO_NOTHING, related_name='history_rows', to=settings.AUTH_USER_MODEL)),
                ('team', models.ForeignKey(blank=True, db_constraint=False, null=True, on_delete=django.db.models.deletion.DO_NOTHING, related_name='+', related_query_name='+', to='accounts.team', verbose_name='team')),
            ],
            options={
                'abstract': False,
            },
        ),
        migrations.AddConstraint(
            model_name='team',
            constraint=models.CheckConstraint(condition=models.Q(('parent', models.F('id')), _negated=True), name='team_is_not_its_own_parent', violation_error_message='A team cannot be above itself.'),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name='team',
            trigger=pgtrigger.compiler.Trigger(name='insert_insert', sql=pgtrigger.compiler.UpsertTriggerSql(func='INSERT INTO "accounts_teamhistoryrow" ("id", "name", "name_other", "parent_id", "pgh_context", "pgh_context_id", "pgh_created_at", "pgh_label", "pgh_obj_id") VALUES (NEW."id", NEW."name", NEW."name_other", NEW."parent_id", COALESCE(NULLIF(CURRENT_SETTING(\'pghistory.context_metadata\', TRUE), \'\'), NULL)::JSONB, COALESCE(NULLIF(CURRENT_SETTING(\'pghistory.context_id\', TRUE), \'\'), NULL)::UUID, NOW(), \'insert\', NEW."id"); RETURN NULL;', hash='fb606f7ef9bcf01af7693b16228896472a60a0a9', operation='INSERT', pgid='pgtrigger_insert_insert_71b40', table='accounts_team', when='AFTER')),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name='team',
            trigger=pgtrigger.compiler.Trigger(name='update_update', sql=pgtrigger.compiler.UpsertTriggerSql(condition='WHEN (OLD.* IS DISTINCT FROM NEW.*)', func='INSERT INTO "accounts_teamhistoryrow" ("id", "name", "name_other", "parent_id", "pgh_context", "pgh_context_id", "pgh_created_at", "pgh_label", "pgh_obj_id") VALUES (NEW."id", NEW."name", NEW."name_other", NEW."parent_id", COALESCE(NULLIF(CURRENT_SETTING(\'pghistory.context_metadata\', TRUE), \'\'), NULL)::JSONB, COALESCE(NULLIF(CURRENT_SETTING(\'pghistory.context_id\', TRUE), \'\'), NULL)::UUID, NOW(), \'update\', NEW."id"); RETURN NULL;', hash='a8a7e8ce13c94546831971847f6da6a3b272a902', operation='UPDATE', pgid='pgtrigger_update_update_529da', table='accounts_team', when='AFTER')),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name='team',
            trigger=pgtrigger.compiler.Trigger(name='delete_delete', sql=pgtrigger.compiler.UpsertTriggerSql(func='INSERT INTO "accounts_teamhistoryrow" ("id", "name", "name_other", "parent_id", "pgh_context", "pgh_context_id", "pgh_created_at", "pgh_label", "pgh_obj_id") VALUES (OLD."id", OLD."name", OLD."name_other", OLD."parent_id", COALESCE(NULLIF(CURRENT_SETTING(\'pghistory.context_metadata\', TRUE), \'\'), NULL)::JSONB, COALESCE(NULLIF(CURRENT_SETTING(\'pghistory.context_id\', TRUE), \'\'), NULL)::UUID, NOW(), \'delete\', OLD."id"); RETURN NULL;', hash='87e4db58a971fd9fd9434ab0d8f6abb38f13b1a3', operation='DELETE', pgid='pgtrigger_delete_delete_5bd04', table='accounts_team', when='AFTER')),
        ),
        migrations.AddIndex(
            model_name='user',
            index=models.Index(condition=models.Q(('is_active', True)), fields=['team'], name='active_users_of_team'),
        ),
        migrations.AddConstraint(
            model_name='user',
            constraint=models.UniqueConstraint(django.db.models.functions.text.Lower('email'), name='one_user_per_email'),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name='user',
            trigger=pgtrigger.compiler.Trigger(name='insert_insert', sql=pgtrigger.compiler.UpsertTriggerSql(func='INSERT INTO "accounts_userhistoryrow" ("calendar", "country", "density", "digits", "email", "id", "is_active", "joined_at", "language", "name", "name_other", "pgh_context", "pgh_context_id", "pgh_created_at", "pgh_label", "pgh_obj_id", "role", "team_id", "theme", "time_zone", "week_start") VALUES (NEW."calendar", NEW."country", NEW."density", NEW."digits", NEW."email", NEW."id", NEW."is_active", NEW."joined_at", NEW."language", NEW."name", NEW."name_other", COALESCE(NULLIF(CURRENT_SETTING(\'pghistory.context_metadata\', TRUE), \'\'), NULL)::JSONB, COALESCE(NULLIF(CURRENT_SETTING(\'pghistory.context_id\', TRUE), \'\'), NULL)::UUID, NOW(), \'insert\', NEW."id", NEW."role", NEW."team_id", NEW."theme", NEW."time_zone", NEW."week_start"); RETURN NULL;', hash='b6d1f0b9d4ef38d9fbc5e983982bcabb9fd1bc97', operation='INSERT', pgid='pgtrigger_insert_insert_3867c', table='accounts_user', when='AFTER')),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name='user',
            trigger=pgtrigger.compiler.Trigger(name='update_update', sql=pgtrigger.compiler.UpsertTriggerSql(condition='WHEN (OLD."calendar" IS DISTINCT FROM (NEW."calendar") OR OLD."country" IS DISTINCT FROM (NEW."country") OR OLD."density" IS DISTINCT FROM (NEW."density") OR OLD."digits" IS DISTINCT FROM (NEW."digits") OR OLD."email" IS DISTINCT FROM (NEW."email") OR OLD."id" IS DISTINCT FROM (NEW."id") OR OLD."is_active" IS DISTINCT FROM (NEW."is_active") OR OLD."joined_at" IS DISTINCT FROM (NEW."joined_at") OR OLD."language" IS DISTINCT FROM (NEW."language") OR OLD."name" IS DISTINCT FROM (NEW."name") OR OLD."name_other" IS DISTINCT FROM (NEW."name_other") OR OLD."role" IS DISTINCT FROM (NEW."role") OR OLD."team_id" IS DISTINCT FROM (NEW."team_id") OR OLD."theme" IS DISTINCT FROM (NEW."theme") OR OLD."time_zone" IS DISTINCT FROM (NEW."time_zone") OR OLD."week_start" IS DISTINCT FROM (NEW."week_start"))', func='INSERT INTO "accounts_userhistoryrow" ("calendar", "country", "density", "digits", "email", "id", "is_active", "joined_at", "language", "name", "name_other", "pgh_context", "pgh_context_id", "pgh_created_at", "pgh_label", "pgh_obj_id", "role", "team_id", "theme", "time_zone", "week_start") VALUES (NEW."calendar", NEW."country", NEW."density", NEW."digits", NEW."email", NEW."id", NEW."is_active", NEW."joined_at", NEW."language", NEW."name", NEW."name_other", COALESCE(NULLIF(CURRENT_SETTING(\'pghistory.context_metadata\', TRUE), \'\'), NULL)::JSONB, COALESCE(NULLIF(CURRENT_SETTING(\'pghistory.context_id\', TRUE), \'\'), NULL)::UUID, NOW(), \'update\', NEW."id", NEW."role", NEW."team_id", NEW."theme", NEW."time_zone", NEW."week_start"); RETURN NULL;', hash='480853b05bdf05da4eb646e5817c8649f6195a34', operation='UPDATE', pgid='pgtrigger_update_update_0e890', table='accounts_user', when='AFTER')),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name='user',
            trigger=pgtrigger.compiler.Trigger(name='delete_delete', sql=pgtrigger.compiler.UpsertTriggerSql(func='INSERT INTO "accounts_userhistoryrow" ("calendar", "country", "density", "digits", "email", "id", "is_active", "joined_at", "language", "name", "name_other", "pgh_context", "pgh_context_id", "pgh_created_at", "pgh_label", "pgh_obj_id", "role", "team_id", "theme", "time_zone", "week_start") VALUES (OLD."calendar", OLD."country", OLD."density", OLD."digits", OLD."email", OLD."id", OLD."is_active", OLD."joined_at", OLD."language", OLD."name", OLD."name_other", COALESCE(NULLIF(CURRENT_SETTING(\'pghistory.context_metadata\', TRUE), \'\'), NULL)::JSONB, COALESCE(NULLIF(CURRENT_SETTING(\'pghistory.context_id\', TRUE), \'\'), NULL)::UUID, NOW(), \'delete\', OLD."id", OLD."role", OLD."team_id", OLD."theme", OLD."time_zone", OLD."week_start"); RETURN NULL;', hash='c5c43ff43d1ddbacdb48841b41e869fd5193cc72', operation='DELETE', pgid='pgtrigger_delete_delete_19f14', table='accounts_user', when='AFTER')),
        ),
    ]
