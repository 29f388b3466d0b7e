from django.urls import include, path

urlpatterns = [
    path("", include("mudir.host.urls")),
    path("account/", include("allauth.urls")),
    path("", include("mudir.accounts.urls")),
    path("", include("mudir.activities.urls")),
    path("", include("mudir.clients.urls")),
    path("", include("mudir.records.urls")),
]
