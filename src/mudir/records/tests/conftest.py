"""Who asks for the pages of records."""

import pytest
from django.test import Client as Browser

from mudir.accounts.models import User


@pytest.fixture
def as_owner(client: Browser, owner: User) -> Browser:
    client.force_login(owner)
    return client
