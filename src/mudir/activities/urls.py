"""Addresses of activities; the first page is the day."""

from django.urls import path

from mudir.records.views import search

app_name = "activities"
urlpatterns = [path("", search.results, name="day")]
