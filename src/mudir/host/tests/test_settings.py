"""What the environment may say, and what it turns on."""

import os
import runpy
import tempfile

import pytest
from django.core.exceptions import ImproperlyConfigured

from mudir import settings

GIVEN = {"MUDIR_SECRET_KEY": "x" * 50, "MUDIR_DATA": tempfile.gettempdir(), "PATH": os.environ["PATH"]}


@pytest.fixture
def settings_of(monkeypatch):
    def read(**environment: str) -> dict:
        for name in [name for name in os.environ if name.startswith("MUDIR_") or name == "DATABASE_URL"]:
            monkeypatch.delenv(name)
        for name, value in (GIVEN | environment).items():
            monkeypatch.setenv(name, value)
        return runpy.run_path(settings.__file__)

    return read


@pytest.mark.parametrize(("name", "value", "sentence"), [
    ("MUDIR_DEBUG", "maybe", "MUDIR_DEBUG must be 1 or 0, not 'maybe'."),
    ("MUDIR_BASE_URL", "mudir.example", "MUDIR_BASE_URL must be a whole address such as https://mudir.example."),
    ("MUDIR_MAIL_URL", "imap://mail.example", "MUDIR_MAIL_URL must be console: or smtp://user:password@host:port."),
    ("MUDIR_COUNTRY", "Narnia", "MUDIR_COUNTRY must be a country code such as SA, not 'NARNIA'."),
    ("MUDIR_API_REQUESTS_PER_MINUTE", "0",
     "MUDIR_API_REQUESTS_PER_MINUTE must be a whole number from 1 on, not '0'."),
    ("MUDIR_FILE_MB", "0", "MUDIR_FILE_MB must be a whole number from 1 on, not '0'."),
    ("MUDIR_FILES", "s3:///folder",
     "MUDIR_FILES must be s3://bucket/folder?endpoint=https://…&region=…, or not set."),
    ("MUDIR_FILES", "s3://bucket?secret=x",
     "MUDIR_FILES must be s3://bucket/folder?endpoint=https://…&region=…, or not set."),
    ("MUDIR_LOG", "loud", "MUDIR_LOG must be DEBUG, INFO, WARNING or ERROR, not 'LOUD'."),
    ("DATABASE_URL", "mysql://localhost/x",
     "DATABASE_URL must begin with postgresql://: Mudir runs on PostgreSQL only."),
    ("DATABASE_URL", "postgresql://localhost:many/x", "The port in DATABASE_URL must be a number."),
])
def test_a_value_that_means_nothing_refuses_to_start(settings_of, name, value, sentence):
    with pytest.raises(ImproperlyConfigured) as refused:
        settings_of(**{name: value})

    assert str(refused.value) == sentence


def test_behind_tls_the_cookies_belong_to_this_host_alone(settings_of):
    found = settings_of(MUDIR_BASE_URL="https://mudir.example")

    assert (found["SESSION_COOKIE_NAME"], found["CSRF_COOKIE_NAME"]) == ("__Host-sessionid", "__Host-csrftoken")
    assert found["SESSION_COOKIE_SECURE"] and found["CSRF_COOKIE_SECURE"]
    assert found["SESSION_COOKIE_HTTPONLY"] and found["CSRF_COOKIE_HTTPONLY"]
    assert found["SESSION_COOKIE_SAMESITE"] == found["CSRF_COOKIE_SAMESITE"] == "Lax"
    assert found["SECURE_HSTS_SECONDS"] == 365 * 24 * 3600
    assert found["CSRF_TRUSTED_ORIGINS"] == ["https://mudir.example"]


def test_files_lie_in_the_data_folder_or_in_a_bucket(settings_of):
    assert settings_of()["STORAGES"]["default"]["BACKEND"] == "mudir.kit.storage.WholeFiles"

    found = settings_of(MUDIR_FILES="s3://bucket/some/folder?endpoint=https://minio.example&region=me-1")["STORAGES"]
    assert found["default"]["BACKEND"] == "storages.backends.s3.S3Storage"
    assert found["default"]["OPTIONS"] == {
        "bucket_name": "bucket", "location": "some/folder", "endpoint_url": "https://minio.example",
        "region_name": "me-1", "file_overwrite": False, "default_acl": None,
    }


def test_without_tls_nothing_promises_it(settings_of):
    found = settings_of(MUDIR_BASE_URL="http://10.0.0.7:8000", MUDIR_HOSTS="intranet")

    assert found["ALLOWED_HOSTS"] == ["10.0.0.7", "intranet"]
    assert not found["SESSION_COOKIE_SECURE"]
    assert "SECURE_HSTS_SECONDS" not in found
    assert "SECURE_PROXY_SSL_HEADER" not in found


def test_a_mail_password_never_travels_in_the_clear(settings_of):
    def options(url: str) -> tuple:
        found = settings_of(MUDIR_MAIL_URL=url)["MAILERS"]["default"]["OPTIONS"]
        return found["host"], found["port"], found["username"], found["use_ssl"], found["use_tls"]

    assert options("smtp://localhost") == ("localhost", 25, "", False, False)
    assert options("smtp://me%40x:secret@mail.example:587") == ("mail.example", 587, "me@x", False, True)
    assert options("smtps://me:secret@mail.example") == ("mail.example", 465, "me", True, False)


def test_a_database_address_may_name_a_socket_and_options(settings_of):
    found = settings_of(DATABASE_URL="postgresql://me:p%40ss@/clients?host=%2Ftmp%2Fa%20b&sslmode=require")["DATABASES"]

    assert {name: found["default"][name] for name in ("NAME", "USER", "PASSWORD", "HOST", "PORT")} == {
        "NAME": "clients", "USER": "me", "PASSWORD": "p@ss", "HOST": "/tmp/a b", "PORT": ""}
    assert found["default"]["OPTIONS"]["sslmode"] == "require"


def test_a_browser_keeps_files_under_a_name_that_changes_with_them(settings_of):
    found = settings_of()

    assert found["STATIC_URL"].startswith("/static/")
    assert len(found["STATIC_URL"]) == len("/static/12345678/")
    assert found["WHITENOISE_MAX_AGE"] == 365 * 24 * 3600
    assert settings_of(MUDIR_DEBUG="1")["WHITENOISE_MAX_AGE"] == 0
