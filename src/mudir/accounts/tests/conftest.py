import pytest
from django.core.cache import cache

PASSWORD = "a long enough secret"


@pytest.fixture(autouse=True)
def no_tries_yet(db):
    """What earlier tests tried does not count: the table of tries is not Django's to empty."""
    cache.clear()


@pytest.fixture
def enter(client):
    """Signs a person in as they do it themselves: by the form."""

    def sign_in(user, password=PASSWORD, browser=client):
        user.set_password(password)
        user.save(update_fields=["password"])
        answer = browser.post("/account/login/", {"login": user.email, "password": password})
        assert answer.status_code == 302
        return browser

    return sign_in
