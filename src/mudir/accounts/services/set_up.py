"""The first user of a new house."""

import pghistory
from django.db import connection, transaction

from mudir.accounts.models import User
from mudir.kit.calendars import time_zone_of


class AlreadySetUp(Exception):
    """The house has users; more are made by an administrator."""


def set_up(*, name: str, email: str, password: str, language: str, country: str) -> User:
    """Make the administrator of a house without users. Raises `AlreadySetUp`, also for the second of two at once."""
    with transaction.atomic(), pghistory.context(door="first run"), connection.cursor() as cursor:
        cursor.execute("LOCK TABLE accounts_user IN SHARE ROW EXCLUSIVE MODE")
        if User.objects.exists():
            raise AlreadySetUp
        user = User(name=name, email=email, role="administrator", language=language, country=country,
                    time_zone=time_zone_of(country, otherwise="Asia/Riyadh"))
        user.set_password(password)
        user.full_clean()
        user.save()
        user.confirm_mailbox()
        return user
