"""Settings of the host alone: what the machine does is the same whatever apps stand above."""

from mudir.settings import *  # noqa: F403

INSTALLED_APPS = [
    "django.contrib.contenttypes",
    "django.contrib.auth",
    "django.contrib.postgres",
    "django.contrib.staticfiles",
    "procrastinate.contrib.django",
    "mudir.host",
]
AUTH_USER_MODEL = "auth.User"
MIDDLEWARE = ["whitenoise.middleware.WhiteNoiseMiddleware", "django.middleware.common.CommonMiddleware"]
ROOT_URLCONF = "mudir.host.urls"
