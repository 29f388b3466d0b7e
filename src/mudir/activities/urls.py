"""Addresses of activities; the first page is the day."""

from datetime import date

from django.urls import path, register_converter

from mudir.activities.models import Call, Note, Task
from mudir.activities.views import composer, day, next, removal, tasks
from mudir.clients.models import Client, Contact
from mudir.records.urls import RecordKey  # noqa: F401  registers <key:…>


class IsoDay:
    """A day such as 2026-11-25: anything else is no address."""

    regex = "[0-9]{4}-[0-9]{2}-[0-9]{2}"

    def to_python(self, value: str) -> date:
        return date.fromisoformat(value)

    def to_url(self, value: date | str) -> str:
        return str(value)


register_converter(IsoDay, "day")

app_name = "activities"
urlpatterns = [
    path("", day.page, name="day"),
    path("day/confirmations/<key:pk>/", day.confirm, name="confirm"),
    path("clients/<key:pk>/composer/", composer.panel, {"model": Client}, name="composer"),
    path("clients/<key:pk>/next/", next.panel, {"model": Client}, name="next"),
    path("contacts/<key:pk>/composer/", composer.panel, {"model": Contact}, name="contact_composer"),
    path("contacts/<key:pk>/next/", next.panel, {"model": Contact}, name="contact_next"),
    *(path(f"{place}s/<key:pk>/{noun}s/", composer.write, {"model": model, "noun": noun}, name=f"{place}_{noun}")
      for place, model in {"client": Client, "contact": Contact}.items() for noun in composer.FORMS),
    path("tasks/<key:pk>/panel/", tasks.panel, name="task_panel"),
    path("tasks/<key:pk>/completion/", tasks.complete, name="complete_task"),
    path("tasks/<key:pk>/reopening/", tasks.reopen, name="reopen_task"),
    path("tasks/<key:pk>/postponement/", tasks.postpone, name="postpone_task"),
    path("tasks/<key:pk>/postponement/<day:day>/removal/", tasks.take_back_postponement, name="take_back_postponement"),
    *(path(f"{noun}s/<key:pk>/removal/", removal.remove, {"model": model}, name=f"remove_{noun}")
      for noun, model in {"call": Call, "note": Note, "task": Task}.items()),
    *(path(f"{noun}s/<key:pk>/removal/undoing/", removal.put_back, {"model": model}, name=f"put_back_{noun}")
      for noun, model in {"call": Call, "note": Note, "task": Task}.items()),
]
