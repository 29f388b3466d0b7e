from django.urls import include, path

from mudir.kit.installing import manifest

urlpatterns = [
    path("<str:language>.webmanifest", manifest, name="manifest"),
    path("", include("mudir.host.urls")),
    path("", include("mudir.accounts.urls")),  # before allauth: two of its pages are replaced
    path("account/", include("allauth.urls")),
    path("", include("mudir.api.urls")),
    path("", include("mudir.activities.urls")),
    path("", include("mudir.clients.urls")),
    path("", include("mudir.records.urls")),
]
