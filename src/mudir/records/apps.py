from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class RecordsConfig(AppConfig):
    name = "mudir.records"
    verbose_name = _("Records")

    def ready(self):
        from django.utils.module_loading import autodiscover_modules

        autodiscover_modules("registry")
