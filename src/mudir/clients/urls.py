"""Addresses of what a client and a contact have beside the pages of every record."""

from django.urls import path

from mudir.clients.views import contacts, freshness, nuances, reach, relations, removal, stage, words
from mudir.records.urls import RecordKey  # noqa: F401  registers <key:…>

app_name = "clients"
urlpatterns = [
    path("clients/words/", words.words, name="words"),
    path("clients/<key:pk>/stage/", stage.move, name="stage"),
    path("clients/<key:pk>/reach/", reach.of_client, name="client_reach"),
    path("clients/<key:pk>/freshness/", freshness.panel, name="freshness"),
    path("clients/<key:pk>/contacts/", contacts.of_client, name="contacts"),
    path("clients/<key:pk>/contacts/<key:role_pk>/removal/", contacts.unlink, name="unlink_contact"),
    path("clients/<key:pk>/nuances/", nuances.of_client, name="client_nuances"),
    path("clients/<key:pk>/nuances/<key:nuance_pk>/", nuances.edit_of_client, name="client_nuance"),
    path("clients/<key:pk>/nuances/<key:nuance_pk>/removal/", nuances.remove_of_client, name="remove_client_nuance"),
    path("clients/<key:pk>/relations/", relations.panel, name="relations"),
    path("clients/<key:pk>/relations/<key:relation_pk>/removal/", relations.remove, name="unrelate"),
    path("contacts/<key:pk>/reach/", reach.of_contact, name="contact_reach"),
    path("contacts/<key:pk>/clients/", contacts.clients_of, name="clients_of_contact"),
    path("contacts/<key:pk>/nuances/", nuances.of_contact, name="contact_nuances"),
    path("contacts/<key:pk>/nuances/<key:nuance_pk>/", nuances.edit_of_contact, name="contact_nuance"),
    path("contacts/<key:pk>/nuances/<key:nuance_pk>/removal/", nuances.remove_of_contact, name="remove_contact_nuance"),
    path("removals/<slug:kind>/<key:removal>/restoration/", removal.put_back, name="put_back"),
]
