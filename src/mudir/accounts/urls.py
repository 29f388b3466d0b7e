from django.urls import path
from django.http import HttpResponse

app_name = "accounts"
urlpatterns = [
    path("settings/", lambda r: HttpResponse(""), name="preferences"),
    path("settings/users/", lambda r: HttpResponse(""), name="users"),
    path("settings/teams/", lambda r: HttpResponse(""), name="teams"),
]
