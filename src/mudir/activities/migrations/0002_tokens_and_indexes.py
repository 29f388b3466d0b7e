import pgtrigger.compiler
import pgtrigger.migrations
from django.conf import settings
from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [
        ('accounts', '0001_initial'),
        ('activities', '0001_initial'),
        ('clients', '0001_initial'),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        pgtrigger.migrations.RemoveTrigger(
            model_name='call',
            name='update_update',
        ),
        pgtrigger.migrations.RemoveTrigger(
            model_name='note',
            name='update_update',
        ),
        pgtrigger.migrations.RemoveTrigger(
            model_name='task',
            name='update_update',
        ),
        migrations.AddField(
            model_name='call',
            name='token',
            field=models.UUIDField(editable=False, null=True, unique=True),
        ),
        migrations.AddField(
            model_name='note',
            name='token',
            field=models.UUIDField(editable=False, null=True, unique=True),
        ),
        migrations.AddField(
            model_name='task',
            name='token',
            field=models.UUIDField(editable=False, null=True, unique=True),
        ),
        migrations.AddIndex(
            model_name='call',
            index=models.Index(condition=models.Q(('trashed_at__isnull', True)), fields=['started_at', 'id'], name='calls_by_start'),
        ),
        migrations.AddIndex(
            model_name='call',
            index=models.Index(condition=models.Q(('trashed_at__isnull', True)), fields=['owner', 'started_at', 'id'], name='calls_of_owner'),
        ),
        migrations.AddIndex(
            model_name='note',
            index=models.Index(condition=models.Q(('trashed_at__isnull', True)), fields=['created_at', 'id'], name='notes_by_age'),
        ),
        migrations.AddIndex(
            model_name='task',
            index=models.Index(condition=models.Q(('trashed_at__isnull', True)), fields=['due_date', 'id'], name='tasks_by_due_date'),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name='call',
            trigger=pgtrigger.compiler.Trigger(name='update_update', sql=pgtrigger.compiler.UpsertTriggerSql(condition='WHEN (OLD."client_id" IS DISTINCT FROM (NEW."client_id") OR OLD."confidential" IS DISTINCT FROM (NEW."confidential") OR OLD."contact_id" IS DISTINCT FROM (NEW."contact_id") OR OLD."created_at" IS DISTINCT FROM (NEW."created_at") OR OLD."created_by_id" IS DISTINCT FROM (NEW."created_by_id") OR OLD."direction" IS DISTINCT FROM (NEW."direction") OR OLD."id" IS DISTINCT FROM (NEW."id") OR OLD."minutes" IS DISTINCT FROM (NEW."minutes") OR OLD."notes" IS DISTINCT FROM (NEW."notes") OR OLD."outcome" IS DISTINCT FROM (NEW."outcome") OR OLD."owner_id" IS DISTINCT FROM (NEW."owner_id") OR OLD."phone" IS DISTINCT FROM (NEW."phone") OR OLD."started_at" IS DISTINCT FROM (NEW."started_at") OR OLD."team_id" IS DISTINCT FROM (NEW."team_id") OR OLD."trashed_at" IS DISTINCT FROM (NEW."trashed_at") OR OLD."updated_at" IS DISTINCT FROM (NEW."updated_at") OR OLD."version" IS DISTINCT FROM (NEW."version"))', func='INSERT INTO "activities_callhistoryrow" ("client_id", "confidential", "contact_id", "created_at", "created_by_id", "direction", "id", "minutes", "notes", "outcome", "owner_id", "pgh_context", "pgh_context_id", "pgh_created_at", "pgh_label", "pgh_obj_id", "phone", "started_at", "team_id", "trashed_at", "updated_at", "version") VALUES (NEW."client_id", NEW."confidential", NEW."contact_id", NEW."created_at", NEW."created_by_id", NEW."direction", NEW."id", NEW."minutes", NEW."notes", NEW."outcome", NEW."owner_id", COALESCE(NULLIF(CURRENT_SETTING(\'pghistory.context_metadata\', TRUE), \'\'), NULL)::JSONB, COALESCE(NULLIF(CURRENT_SETTING(\'pghistory.context_id\', TRUE), \'\'), NULL)::UUID, NOW(), \'update\', NEW."id", NEW."phone", NEW."started_at", NEW."team_id", NEW."trashed_at", NEW."updated_at", NEW."version"); RETURN NULL;', hash='0680dc8ec741f25a9874ad71b90373ce09fc9d8b', operation='UPDATE', pgid='pgtrigger_update_update_04825', table='activities_call', when='AFTER')),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name='note',
            trigger=pgtrigger.compiler.Trigger(name='update_update', sql=pgtrigger.compiler.UpsertTriggerSql(condition='WHEN (OLD."client_id" IS DISTINCT FROM (NEW."client_id") OR OLD."confidential" IS DISTINCT FROM (NEW."confidential") OR OLD."contact_id" IS DISTINCT FROM (NEW."contact_id") OR OLD."created_at" IS DISTINCT FROM (NEW."created_at") OR OLD."created_by_id" IS DISTINCT FROM (NEW."created_by_id") OR OLD."id" IS DISTINCT FROM (NEW."id") OR OLD."owner_id" IS DISTINCT FROM (NEW."owner_id") OR OLD."team_id" IS DISTINCT FROM (NEW."team_id") OR OLD."text" IS DISTINCT FROM (NEW."text") OR OLD."trashed_at" IS DISTINCT FROM (NEW."trashed_at") OR OLD."updated_at" IS DISTINCT FROM (NEW."updated_at") OR OLD."version" IS DISTINCT FROM (NEW."version"))', func='INSERT INTO "activities_notehistoryrow" ("client_id", "confidential", "contact_id", "created_at", "created_by_id", "id", "owner_id", "pgh_context", "pgh_context_id", "pgh_created_at", "pgh_label", "pgh_obj_id", "team_id", "text", "trashed_at", "updated_at", "version") VALUES (NEW."client_id", NEW."confidential", NEW."contact_id", NEW."created_at", NEW."created_by_id", NEW."id", NEW."owner_id", COALESCE(NULLIF(CURRENT_SETTING(\'pghistory.context_metadata\', TRUE), \'\'), NULL)::JSONB, COALESCE(NULLIF(CURRENT_SETTING(\'pghistory.context_id\', TRUE), \'\'), NULL)::UUID, NOW(), \'update\', NEW."id", NEW."team_id", NEW."text", NEW."trashed_at", NEW."updated_at", NEW."version"); RETURN NULL;', hash='b6b1d10f0d7e909252008abdd12154a3de7a11f6', operation='UPDATE', pgid='pgtrigger_update_update_e699a', table='activities_note', when='AFTER')),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name='task',
            trigger=pgtrigger.compiler.Trigger(name='update_update', sql=pgtrigger.compiler.UpsertTriggerSql(condition='WHEN (OLD."call_id" IS DISTINCT FROM (NEW."call_id") OR OLD."client_id" IS DISTINCT FROM (NEW."client_id") OR OLD."confidential" IS DISTINCT FROM (NEW."confidential") OR OLD."contact_id" IS DISTINCT FROM (NEW."contact_id") OR OLD."created_at" IS DISTINCT FROM (NEW."created_at") OR OLD."created_by_id" IS DISTINCT FROM (NEW."created_by_id") OR OLD."done_at" IS DISTINCT FROM (NEW."done_at") OR OLD."due_date" IS DISTINCT FROM (NEW."due_date") OR OLD."due_time" IS DISTINCT FROM (NEW."due_time") OR OLD."id" IS DISTINCT FROM (NEW."id") OR OLD."notes" IS DISTINCT FROM (NEW."notes") OR OLD."owner_id" IS DISTINCT FROM (NEW."owner_id") OR OLD."postponed" IS DISTINCT FROM (NEW."postponed") OR OLD."team_id" IS DISTINCT FROM (NEW."team_id") OR OLD."title" IS DISTINCT FROM (NEW."title") OR OLD."trashed_at" IS DISTINCT FROM (NEW."trashed_at") OR OLD."updated_at" IS DISTINCT FROM (NEW."updated_at") OR OLD."version" IS DISTINCT FROM (NEW."version"))', func='INSERT INTO "activities_taskhistoryrow" ("call_id", "client_id", "confidential", "contact_id", "created_at", "created_by_id", "done_at", "due_date", "due_time", "id", "notes", "owner_id", "pgh_context", "pgh_context_id", "pgh_created_at", "pgh_label", "pgh_obj_id", "postponed", "team_id", "title", "trashed_at", "updated_at", "version") VALUES (NEW."call_id", NEW."client_id", NEW."confidential", NEW."contact_id", NEW."created_at", NEW."created_by_id", NEW."done_at", NEW."due_date", NEW."due_time", NEW."id", NEW."notes", NEW."owner_id", COALESCE(NULLIF(CURRENT_SETTING(\'pghistory.context_metadata\', TRUE), \'\'), NULL)::JSONB, COALESCE(NULLIF(CURRENT_SETTING(\'pghistory.context_id\', TRUE), \'\'), NULL)::UUID, NOW(), \'update\', NEW."id", NEW."postponed", NEW."team_id", NEW."title", NEW."trashed_at", NEW."updated_at", NEW."version"); RETURN NULL;', hash='834edeb2c375215acc8c248eab7e28ff1e7e2d5e', operation='UPDATE', pgid='pgtrigger_update_update_519d2', table='activities_task', when='AFTER')),
        ),
    ]
