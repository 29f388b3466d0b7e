from django.apps import AppConfig


class ApiConfig(AppConfig):
    name = "mudir.api"
    label = "api"
