"""Everything about people and access; the pages of django-allauth that differ here stand before its own."""

from django.urls import path

from mudir.accounts.views import preferences, signing, teams, users, welcome

app_name = "accounts"
urlpatterns = [
    path("welcome/", welcome.welcome, name="welcome"),
    path("language/", welcome.language, name="language"),
    path("account/logout/", signing.SignOut.as_view(), name="sign_out"),
    path("account/email/", signing.ChangeEmail.as_view(), name="change_email"),
    path("settings/", preferences.preferences, name="preferences"),
    path("users/", users.users, name="users"),
    path("users/roles/", users.roles, name="roles"),
    path("users/new/", users.new, name="new_user"),
    path("users/<int:pk>/", users.edit, name="user"),
    path("users/<int:pk>/deactivation/", users.deactivation, name="deactivation"),
    path("users/<int:pk>/activation/", users.activation, name="activation"),
    path("users/<int:pk>/password-letter/", users.password_letter, name="password_letter"),
    path("teams/", teams.teams, name="teams"),
    path("teams/<int:pk>/", teams.edit, name="team"),
    path("teams/<int:pk>/removal/", teams.removal, name="team_removal"),
    path("teams/<int:pk>/restoration/", teams.restoration, name="team_restoration"),
]
