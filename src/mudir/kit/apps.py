from django.apps import AppConfig


class KitConfig(AppConfig):
    name = "mudir.kit"

    def ready(self) -> None:
        from mudir.kit import lookups  # noqa: F401  registers them
