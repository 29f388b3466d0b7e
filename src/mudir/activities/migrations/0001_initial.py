import django.db.models.deletion
import django.utils.timezone
import pghistory.utils
import pgtrigger.compiler
import pgtrigger.migrations
from django.conf import settings
from django.db import migrations, models


class Migration(migrations.Migration):

    initial = True

    dependencies = [
        ('accounts', '0001_initial'),
        ('clients', '0001_initial'),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.CreateModel(
            name='Call',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('confidential', models.BooleanField(default=False, verbose_name='confidential')),
                ('version', models.PositiveIntegerField(default=1, editable=False, verbose_name='version')),
                ('created_at', models.DateTimeField(default=django.utils.timezone.now, editable=False, verbose_name='added')),
                ('updated_at', models.DateTimeField(auto_now=True, verbose_name='changed')),
                ('trashed_at', models.DateTimeField(blank=True, editable=False, null=True, verbose_name='in the trash since')),
                ('direction', models.CharField(choices=[('outgoing', 'Outgoing'), ('incoming', 'Incoming')], default='outgoing', max_length=10, verbose_name='direction')),
                ('outcome', models.CharField(choices=[('reached', 'Answered'), ('no_answer', 'No answer'), ('call_back', 'Call back')], default='reached', max_length=10, verbose_name='result')),
                ('notes', models.TextField(blank=True, verbose_name='what was said')),
                ('phone', models.CharField(blank=True, max_length=40, verbose_name='number')),
                ('started_at', models.DateTimeField(default=django.utils.timezone.now, verbose_name='started')),
                ('minutes', models.PositiveSmallIntegerField(blank=True, null=True, verbose_name='minutes')),
                ('client', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='%(class)s_rows', to='clients.client', verbose_name='client')),
                ('contact', models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.SET_NULL, related_name='%(class)s_rows', to='clients.contact', verbose_name='contact')),
                ('created_by', models.ForeignKey(editable=False, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL, verbose_name='added by')),
                ('owner', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL, verbose_name='owner')),
                ('team', models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='accounts.team', verbose_name='team')),
            ],
            options={
                'verbose_name': 'call',
                'verbose_name_plural': 'calls',
            },
        ),
        migrations.CreateModel(
            name='CallHistoryrow',
            fields=[
                ('pgh_created_at', models.DateTimeField(auto_now_add=True)),
                ('pgh_label', models.TextField(help_text='The event label.')),
                ('pgh_id', models.BigAutoField(primary_key=True, serialize=False)),
                ('pgh_context', pghistory.utils.JSONField(null=True)),
                ('pgh_context_id', models.UUIDField(null=True)),
                ('id', models.BigIntegerField()),
                ('confidential', models.BooleanField(default=False, verbose_name='confidential')),
                ('version', models.PositiveIntegerField(default=1, editable=False, verbose_name='version')),
                ('created_at', models.DateTimeField(default=django.utils.timezone.now, editable=False, verbose_name='added')),
                ('updated_at', models.DateTimeField(auto_now=True, verbose_name='changed')),
                ('trashed_at', models.DateTimeField(blank=True, editable=False, null=True, verbose_name='in the trash since')),
                ('direction', models.CharField(choices=[('outgoing', 'Outgoing'), ('incoming', 'Incoming')], default='outgoing', max_length=10, verbose_name='direction')),
                ('outcome', models.CharField(choices=[('reached', 'Answered'), ('no_answer', 'No answer'), ('call_back', 'Call back')], default='reached', max_length=10, verbose_name='result')),
                ('notes', models.TextField(blank=True, verbose_name='what was said')),
                ('phone', models.CharField(blank=True, max_length=40, verbose_name='number')),
                ('started_at', models.DateTimeField(default=django.utils.timezone.now, verbose_name='started')),
                ('minutes', models.PositiveSmallIntegerField(blank=True, null=True, verbose_name='minutes')),
                ('client', models.ForeignKey(db_constraint=False, on_delete=django.db.models.deletion.DO_NOTHING, related_name='+', related_query_name='+', to='clients.client', verbose_name='client')),
                ('contact', models.ForeignKey(blank=True, db_constraint=False, null=True, on_delete=django.db.models.deletion.DO_NOTHING, related_name='+', related_query_name='+', to='clients.contact', verbose_name='contact')),
                ('created_by', models.ForeignKey(db_constraint=False, editable=False, null=True, on_delete=django.db.models.deletion.DO_NOTHING, related_name='+', related_query_name='+', to=settings.AUTH_USER_MODEL, verbose_name='added by')),
                ('owner', models.ForeignKey(db_constraint=False, on_delete=django.db.models.deletion.DO_NOTHING, related_name='+', related_query_name='+', to=settings.AUTH_USER_MODEL, verbose_name='owner')),
                ('pgh_obj', models.ForeignKey(db_constraint=False, on_delete=django.db.models.deletion.DO_NOTHING, related_name='history_rows', to='activities.call')),
                ('team', models.ForeignKey(blank=True, db_constraint=False, null=True, on_delete=django.db.models.deletion.DO_NOTHING, related_name='+', related_query_name='+', to='accounts.team', verbose_name='team')),
            ],
            options={
                'abstract': False,
            },
        ),
        migrations.CreateModel(
            name='Note',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('confidential', models.BooleanField(default=False, verbose_name='confidential')),
                ('version', models.PositiveIntegerField(default=1, editable=False, verbose_name='version')),
                ('created_at', models.DateTimeField(default=django.utils.timezone.now, editable=False, verbose_name='added')),
                ('updated_at', models.DateTimeField(auto_now=True, verbose_name='changed')),
                ('trashed_at', models.DateTimeField(blank=True, editable=False, null=True, verbose_name='in the trash since')),
                ('text', models.TextField(verbose_name='note')),
                ('client', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='%(class)s_rows', to='clients.client', verbose_name='client')),
                ('contact', models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.SET_NULL, related_name='%(class)s_rows', to='clients.contact', verbose_name='contact')),
                ('created_by', models.ForeignKey(editable=False, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL, verbose_name='added by')),
                ('owner', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL, verbose_name='owner')),
                ('team', models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='accounts.team', verbose_name='team')),
            ],
            options={
                'verbose_name': 'note',
                'verbose_name_plural': 'notes',
            },
        ),
        migrations.CreateModel(
            name='NoteHistoryrow',
            fields=[
                ('pgh_created_at', models.DateTimeField(auto_now_add=True)),
                ('pgh_label', models.TextField(help_text='The event label.')),
                ('pgh_id', models.BigAutoField(primary_key=True, serialize=False)),
                ('pgh_context', pghistory.utils.JSONField(null=True)),
                ('pgh_context_id', models.UUIDField(null=True)),
                ('id', models.BigIntegerField()),
                ('confidential', models.BooleanField(default=False, verbose_name='confidential')),
                ('version', models.PositiveIntegerField(default=1, editable=False, verbose_name='version')),
                ('created_at', models.DateTimeField(default=django.utils.timezone.now, editable=False, verbose_name='added')),
                ('updated_at', models.DateTimeField(auto_now=True, verbose_name='changed')),
                ('trashed_at', models.DateTimeField(blank=True, editable=False, null=True, verbose_name='in the trash since')),
                ('text', models.TextField(verbose_name='note')),
                ('client', models.ForeignKey(db_constraint=False, on_delete=django.db.models.deletion.DO_NOTHING, related_name='+', related_query_name='+', to='clients.client', verbose_name='client')),
                ('contact', models.ForeignKey(blank=True, db_constraint=False, null=True, on_delete=django.db.models.deletion.DO_NOTHING, related_name='+', related_query_name='+', to='clients.contact', verbose_name='contact')),
                ('created_by', models.ForeignKey(db_constraint=False, editable=False, null=True, on_delete=django.db.models.deletion.DO_NOTHING, related_name='+', related_query_name='+', to=settings.AUTH_USER_MODEL, verbose_name='added by')),
                ('owner', models.ForeignKey(db_constraint=False, on_delete=django.db.models.deletion.DO_NOTHING, related_name='+', related_query_name='+', to=settings.AUTH_USER_MODEL, verbose_name='owner')),
                ('pgh_obj', models.ForeignKey(db_constraint=False, on_delete=django.db.models.deletion.DO_NOTHING, related_name='history_rows', to='activities.note')),
                ('team', models.ForeignKey(blank=True, db_constraint=False, null=True, on_delete=django.db.models.deletion.DO_NOTHING, related_name='+', related_query_name='+', to='accounts.team', verbose_name='team')),
            ],
            options={
                'abstract': False,
            },
        ),
        migrations.CreateModel(
            name='Task',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('confidential', models.BooleanField(default=False, verbose_name='confidential')),
                ('version', models.PositiveIntegerField(default=1, editable=False, verbose_name='version')),
                ('created_at', models.DateTimeField(default=django.utils.timezone.now, editable=False, verbose_name='added')),
                ('updated_at', models.DateTimeField(auto_now=True, verbose_name='changed')),
                ('trashed_at', models.DateTimeField(blank=True, editable=False, null=True, verbose_name='in the trash since')),
                ('title', models.CharField(max_length=200, verbose_name='what to do')),
                ('notes', models.TextField(blank=True, verbose_name='notes')),
                ('due_date', models.DateField(verbose_name='due')),
                ('due_time', models.TimeField(blank=True, null=True, verbose_name='at')),
                ('done_at', models.DateTimeField(blank=True, editable=False, null=True, verbose_name='done')),
                ('postponed', models.PositiveSmallIntegerField(default=0, editable=False, verbose_name='times postponed')),
                ('call', models.ForeignKey(blank=True, editable=False, null=True, on_delete=django.db.models.deletion.SET_NULL, related_name='next_steps', to='activities.call', verbose_name='agreed in the call')),
                ('client', models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.CASCADE, related_name='task_rows', to='clients.client', verbose_name='client')),
                ('contact', models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.SET_NULL, related_name='%(class)s_rows', to='clients.contact', verbose_name='contact')),
                ('created_by', models.ForeignKey(editable=False, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL, verbose_name='added by')),
                ('owner', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL, verbose_name='owner')),
                ('team', models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='accounts.team', verbose_name='team')),
            ],
            options={
                'verbose_name': 'task',
                'verbose_name_plural': 'tasks',
            },
        ),
        migrations.CreateModel(
            name='TaskHistoryrow',
            fields=[
                ('pgh_created_at', models.DateTimeField(auto_now_add=True)),
                ('pgh_label', models.TextField(help_text='The event label.')),
                ('pgh_id', models.BigAutoField(primary_key=True, serialize=False)),
                ('pgh_context', pghistory.utils.JSONField(null=True)),
                ('pgh_context_id', models.UUIDField(null=True)),
                ('id', models.BigIntegerField()),
                ('confidential', models.BooleanField(default=False, verbose_name='confidential')),
                ('version', models.PositiveIntegerField(default=1, editable=False, verbose_name='version')),
                ('created_at', models.DateTimeField(default=django.utils.timezone.now, editable=False, verbose_name='added')),
                ('updated_at', models.DateTimeField(auto_now=True, verbose_name='changed')),
                ('trashed_at', models.DateTimeField(blank=True, editable=False, null=True, verbose_name='in the trash since')),
                ('title', models.CharField(max_length=200, verbose_name='what to do')),
                ('notes', models.TextField(blank=True, verbose_name='notes')),
                ('due_date', models.DateField(verbose_name='due')),
                ('due_time', models.TimeField(blank=True, null=True, verbose_name='at')),
                ('done_at', models.DateTimeField(blank=True, editable=False, null=True, verbose_name='done')),
                ('postponed', models.PositiveSmallIntegerField(default=0, editable=False, verbose_name='times postponed')),
                ('call', models.ForeignKey(blank=True, db_constraint=False, editable=False, null=True, on_delete=django.db.models.deletion.DO_NOTHING, related_name='+', related_query_name='+', to='activities.call', verbose_name='agreed in the call')),
                ('client', models.ForeignKey(blank=True, db_constraint=False, null=True, on_delete=django.db.models.deletion.DO_NOTHING, related_name='+', related_query_name='+', to='clients.client', verbose_name='client')),
                ('contact', models.ForeignKey(blank=True, db_constraint=False, null=True, on_delete=django.db.models.deletion.DO_NOTHING, related_name='+', related_query_name='+', to='clients.contact', verbose_name='contact')),
                ('created_by', models.ForeignKey(db_constraint=False, editable=False, null=True, on_delete=django.db.models.deletion.DO_NOTHING, related_name='+', related_query_name='+', to=settings.AUTH_USER_MODEL, verbose_name='added by')),
                ('owner', models.ForeignKey(db_constraint=False, on_delete=django.db.models.deletion.DO_NOTHING, related_name='+', related_query_name='+', to=settings.AUTH_USER_MODEL, verbose_name='owner')),
                ('pgh_obj', models.ForeignKey(db_constraint=False, on_delete=django.db.models.deletion.DO_NOTHING, related_name='history_rows', to='activities.task')),
                ('team', models.ForeignKey(blank=True, db_constraint=False, null=True, on_delete=django.db.models.deletion.DO_NOTHING, related_name='+', related_query_name='+', to='accounts.team', verbose_name='team')),
            ],
            options={
                'abstract': False,
            },
        ),
        migrations.AddIndex(
            model_name='call',
            index=models.Index(fields=['client', '-started_at'], name='calls_of_client'),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name='call',
            trigger=pgtrigger.compiler.Trigger(name='insert_insert', sql=pgtrigger.compiler.UpsertTriggerSql(func='INSERT INTO "activities_callhistoryrow" ("client_id", "confidential", "contact_id", "created_at", "created_by_id", "direction", "id", "minutes", "notes", "outcome", "owner_id", "pgh_context", "pgh_context_id", "pgh_created_at", "pgh_label", "pgh_obj_id", "phone", "started_at", "team_id", "trashed_at", "updated_at", "version") VALUES (NEW."client_id", NEW."confidential", NEW."contact_id", NEW."created_at", NEW."created_by_id", NEW."direction", NEW."id", NEW."minutes", NEW."notes", NEW."outcome", NEW."owner_id", COALESCE(NULLIF(CURRENT_SETTING(\'pghistory.context_metadata\', TRUE), \'\'), NULL)::JSONB, COALESCE(NULLIF(CURRENT_SETTING(\'pghistory.context_id\', TRUE), \'\'), NULL)::UUID, NOW(), \'insert\', NEW."id", NEW."phone", NEW."started_at", NEW."team_id", NEW."trashed_at", NEW."updated_at", NEW."version"); RETURN NULL;', hash='ccaab814df14083c11a22f7a922a3ab30bdcc9fa', operation='INSERT', pgid='pgtrigger_insert_insert_851fc', table='activities_call', when='AFTER')),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name='call',
            trigger=pgtrigger.compiler.Trigger(name='update_update', sql=pgtrigger.compiler.UpsertTriggerSql(condition='WHEN (OLD.* IS DISTINCT FROM NEW.*)', func='INSERT INTO "activities_callhistoryrow" ("client_id", "confidential", "contact_id", "created_at", "created_by_id", "direction", "id", "minutes", "notes", "outcome", "owner_id", "pgh_context", "pgh_context_id", "pgh_created_at", "pgh_label", "pgh_obj_id", "phone", "started_at", "team_id", "trashed_at", "updated_at", "version") VALUES (NEW."client_id", NEW."confidential", NEW."contact_id", NEW."created_at", NEW."created_by_id", NEW."direction", NEW."id", NEW."minutes", NEW."notes", NEW."outcome", NEW."owner_id", COALESCE(NULLIF(CURRENT_SETTING(\'pghistory.context_metadata\', TRUE), \'\'), NULL)::JSONB, COALESCE(NULLIF(CURRENT_SETTING(\'pghistory.context_id\', TRUE), \'\'), NULL)::UUID, NOW(), \'update\', NEW."id", NEW."phone", NEW."started_at", NEW."team_id", NEW."trashed_at", NEW."updated_at", NEW."version"); RETURN NULL;', hash='97f150e5ba993f60d20fac85b6f1ee20edb67168', operation='UPDATE', pgid='pgtrigger_update_update_04825', table='activities_call', when='AFTER')),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name='call',
            trigger=pgtrigger.compiler.Trigger(name='delete_delete', sql=pgtrigger.compiler.UpsertTriggerSql(func='INSERT INTO "activities_callhistoryrow" ("client_id", "confidential", "contact_id", "created_at", "created_by_id", "direction", "id", "minutes", "notes", "outcome", "owner_id", "pgh_context", "pgh_context_id", "pgh_created_at", "pgh_label", "pgh_obj_id", "phone", "started_at", "team_id", "trashed_at", "updated_at", "version") VALUES (OLD."client_id", OLD."confidential", OLD."contact_id", OLD."created_at", OLD."created_by_id", OLD."direction", OLD."id", OLD."minutes", OLD."notes", OLD."outcome", OLD."owner_id", COALESCE(NULLIF(CURRENT_SETTING(\'pghistory.context_metadata\', TRUE), \'\'), NULL)::JSONB, COALESCE(NULLIF(CURRENT_SETTING(\'pghistory.context_id\', TRUE), \'\'), NULL)::UUID, NOW(), \'delete\', OLD."id", OLD."phone", OLD."started_at", OLD."team_id", OLD."trashed_at", OLD."updated_at", OLD."version"); RETURN NULL;', hash='9b96eabd6226686e574b694d447f978dc6469aa9', operation='DELETE', pgid='pgtrigger_delete_delete_a02b8', table='activities_call', when='AFTER')),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name='note',
            trigger=pgtrigger.compiler.Trigger(name='insert_insert', sql=pgtrigger.compiler.UpsertTriggerSql(func='INSERT INTO "activities_notehistoryrow" ("client_id", "confidential", "contact_id", "created_at", "created_by_id", "id", "owner_id", "pgh_context", "pgh_context_id", "pgh_created_at", "pgh_label", "pgh_obj_id", "team_id", "text", "trashed_at", "updated_at", "version") VALUES (NEW."client_id", NEW."confidential", NEW."contact_id", NEW."created_at", NEW."created_by_id", NEW."id", NEW."owner_id", COALESCE(NULLIF(CURRENT_SETTING(\'pghistory.context_metadata\', TRUE), \'\'), NULL)::JSONB, COALESCE(NULLIF(CURRENT_SETTING(\'pghistory.context_id\', TRUE), \'\'), NULL)::UUID, NOW(), \'insert\', NEW."id", NEW."team_id", NEW."text", NEW."trashed_at", NEW."updated_at", NEW."version"); RETURN NULL;', hash='4aea9464c31385ff67c4833bdc05f341168dd792', operation='INSERT', pgid='pgtrigger_insert_insert_4f0a6', table='activities_note', when='AFTER')),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name='note',
            trigger=pgtrigger.compiler.Trigger(name='update_update', sql=pgtrigger.compiler.UpsertTriggerSql(condition='WHEN (OLD.* IS DISTINCT FROM NEW.*)', func='INSERT INTO "activities_notehistoryrow" ("client_id", "confidential", "contact_id", "created_at", "created_by_id", "id", "owner_id", "pgh_context", "pgh_context_id", "pgh_created_at", "pgh_label", "pgh_obj_id", "team_id", "text", "trashed_at", "updated_at", "version") VALUES (NEW."client_id", NEW."confidential", NEW."contact_id", NEW."created_at", NEW."created_by_id", NEW."id", NEW."owner_id", COALESCE(NULLIF(CURRENT_SETTING(\'pghistory.context_metadata\', TRUE), \'\'), NULL)::JSONB, COALESCE(NULLIF(CURRENT_SETTING(\'pghistory.context_id\', TRUE), \'\'), NULL)::UUID, NOW(), \'update\', NEW."id", NEW."team_id", NEW."text", NEW."trashed_at", NEW."updated_at", NEW."version"); RETURN NULL;', hash='da0e53bf9e1cefc8a7a8d5c03ef63ab2e7ea1f1d', operation='UPDATE', pgid='pgtrigger_update_update_e699a', table='activities_note', when='AFTER')),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name='note',
            trigger=pgtrigger.compiler.Trigger(name='delete_delete', sql=pgtrigger.compiler.UpsertTriggerSql(func='INSERT INTO "activities_notehistoryrow" ("client_id", "confidential", "contact_id", "created_at", "created_by_id", "id", "owner_id", "pgh_context", "pgh_context_id", "pgh_created_at", "pgh_label", "pgh_obj_id", "team_id", "text", "trashed_at", "updated_at", "version") VALUES (OLD."client_id", OLD."confidential", OLD."contact_id", OLD."created_at", OLD."created_by_id", OLD."id", OLD."owner_id", COALESCE(NULLIF(CURRENT_SETTING(\'pghistory.context_metadata\', TRUE), \'\'), NULL)::JSONB, COALESCE(NULLIF(CURRENT_SETTING(\'pghistory.context_id\', TRUE), \'\'), NULL)::UUID, NOW(), \'delete\', OLD."id", OLD."team_id", OLD."text", OLD."trashed_at", OLD."updated_at", OLD."version"); RETURN NULL;', hash='b18b30cedf09eccee0526f38a8357a96459af640', operation='DELETE', pgid='pgtrigger_delete_delete_2fba3', table='activities_note', when='AFTER')),
        ),
        migrations.AddIndex(
            model_name='task',
            index=models.Index(condition=models.Q(('done_at__isnull', True)), fields=['owner', 'due_date'], name='open_tasks_of_owner'),
        ),
        migrations.AddIndex(
            model_name='task',
            index=models.Index(condition=models.Q(('done_at__isnull', True)), fields=['client', 'due_date'], name='open_tasks_of_client'),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name='task',
            trigger=pgtrigger.compiler.Trigger(name='insert_insert', sql=pgtrigger.compiler.UpsertTriggerSql(func='INSERT INTO "activities_taskhistoryrow" ("call_id", "client_id", "confidential", "contact_id", "created_at", "created_by_id", "done_at", "due_date", "due_time", "id", "notes", "owner_id", "pgh_context", "pgh_context_id", "pgh_created_at", "pgh_label", "pgh_obj_id", "postponed", "team_id", "title", "trashed_at", "updated_at", "version") VALUES (NEW."call_id", NEW."client_id", NEW."confidential", NEW."contact_id", NEW."created_at", NEW."created_by_id", NEW."done_at", NEW."due_date", NEW."due_time", NEW."id", NEW."notes", NEW."owner_id", COALESCE(NULLIF(CURRENT_SETTING(\'pghistory.context_metadata\', TRUE), \'\'), NULL)::JSONB, COALESCE(NULLIF(CURRENT_SETTING(\'pghistory.context_id\', TRUE), \'\'), NULL)::UUID, NOW(), \'insert\', NEW."id", NEW."postponed", NEW."team_id", NEW."title", NEW."trashed_at", NEW."updated_at", NEW."version"); RETURN NULL;', hash='8e1e3db483fa513eafff0ecc08b4bf8f3f4f1faf', operation='INSERT', pgid='pgtrigger_insert_insert_bfd35', table='activities_task', when='AFTER')),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name='task',
            trigger=pgtrigger.compiler.Trigger(name='update_update', sql=pgtrigger.compiler.UpsertTriggerSql(condition='WHEN (OLD.* IS DISTINCT FROM NEW.*)', func='INSERT INTO "activities_taskhistoryrow" ("call_id", "client_id", "confidential", "contact_id", "created_at", "created_by_id", "done_at", "due_date", "due_time", "id", "notes", "owner_id", "pgh_context", "pgh_context_id", "pgh_created_at", "pgh_label", "pgh_obj_id", "postponed", "team_id", "title", "trashed_at", "updated_at", "version") VALUES (NEW."call_id", NEW."client_id", NEW."confidential", NEW."contact_id", NEW."created_at", NEW."created_by_id", NEW."done_at", NEW."due_date", NEW."due_time", NEW."id", NEW."notes", NEW."owner_id", COALESCE(NULLIF(CURRENT_SETTING(\'pghistory.context_metadata\', TRUE), \'\'), NULL)::JSONB, COALESCE(NULLIF(CURRENT_SETTING(\'pghistory.context_id\', TRUE), \'\'), NULL)::UUID, NOW(), \'update\', NEW."id", NEW."postponed", NEW."team_id", NEW."title", NEW."trashed_at", NEW."updated_at", NEW."version"); RETURN NULL;', hash='2feb6888a16d0901652ad7cb818809bbf2ff427b', operation='UPDATE', pgid='pgtrigger_update_update_519d2', table='activities_task', when='AFTER')),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name='task',
            trigger=pgtrigger.compiler.Trigger(name='delete_delete', sql=pgtrigger.compiler.UpsertTriggerSql(func='INSERT INTO "activities_taskhistoryrow" ("call_id", "client_id", "confidential", "contact_id", "created_at", "created_by_id", "done_at", "due_date", "due_time", "id", "notes", "owner_id", "pgh_context", "pgh_context_id", "pgh_created_at", "pgh_label", "pgh_obj_id", "postponed", "team_id", "title", "trashed_at", "updated_at", "version") VALUES (OLD."call_id", OLD."client_id", OLD."confidential", OLD."contact_id", OLD."created_at", OLD."created_by_id", OLD."done_at", OLD."due_date", OLD."due_time", OLD."id", OLD."notes", OLD."owner_id", COALESCE(NULLIF(CURRENT_SETTING(\'pghistory.context_metadata\', TRUE), \'\'), NULL)::JSONB, COALESCE(NULLIF(CURRENT_SETTING(\'pghistory.context_id\', TRUE), \'\'), NULL)::UUID, NOW(), \'delete\', OLD."id", OLD."postponed", OLD."team_id", OLD."title", OLD."trashed_at", OLD."updated_at", OLD."version"); RETURN NULL;', hash='9aab4513ec0eadc01ab50be6406355eed28cba4e', operation='DELETE', pgid='pgtrigger_delete_delete_ae56e', table='activities_task', when='AFTER')),
        ),
    ]
