"""Every setting of Mudir, read from the environment; an unknown value refuses to start.

docs/deploying.md lists them all.
"""

import hashlib
import logging
import os
from importlib.metadata import version
from pathlib import Path
from urllib.parse import parse_qsl, unquote, urlsplit

import pghistory
import phonenumbers
from django.core.exceptions import ImproperlyConfigured
from django.utils.csp import CSP
from django.utils.translation import gettext_lazy as _

PACKAGE = Path(__file__).resolve().parent


def _flag(name: str, default: bool = False) -> bool:
    value = os.environ.get(name, "1" if default else "0").lower()
    if value not in {"0", "1", "true", "false", "yes", "no"}:
        raise ImproperlyConfigured(f"{name} must be 1 or 0, not {value!r}.")
    return value in {"1", "true", "yes"}


def _count(name: str, default: int, *, least: int = 1) -> int:
    value = os.environ.get(name, str(default))
    if not value.isascii() or not value.isdigit() or not 1 <= len(value) <= 9 or int(value) < least:
        raise ImproperlyConfigured(f"{name} must be a whole number from {least} on, not {value!r}.")
    return int(value)


def _database(url: str) -> dict:
    """Django's settings of `postgresql://user:password@host:port/name?option=value`."""
    parts = urlsplit(url)
    if parts.scheme not in {"postgres", "postgresql"}:
        raise ImproperlyConfigured("DATABASE_URL must begin with postgresql://: Mudir runs on PostgreSQL only.")
    options = dict(parse_qsl(parts.query))
    try:
        port = parts.port
    except ValueError:
        raise ImproperlyConfigured("The port in DATABASE_URL must be a number.") from None
    return {
        "ENGINE": "django.db.backends.postgresql",
        "NAME": unquote(parts.path.lstrip("/")) or "mudir",
        "USER": unquote(parts.username or ""),
        "PASSWORD": unquote(parts.password or ""),
        "HOST": options.pop("host", None) or unquote(parts.hostname or ""),
        "PORT": port or options.pop("port", ""),
        "CONN_MAX_AGE": 0,
        "CONN_HEALTH_CHECKS": True,
        # One pool per process, as large as the web server's threads (4); a cut connection costs a wait, not an error.
        "OPTIONS": {**options, "pool": {"min_size": 1, "max_size": 4, "timeout": 15}},
    }


DEBUG = _flag("MUDIR_DEBUG")
SECRET_KEY = os.environ.get("MUDIR_SECRET_KEY") or ("insecure-only-for-development" if DEBUG else "")
BASE_URL = os.environ.get("MUDIR_BASE_URL", "http://localhost:8000").rstrip("/")
_base = urlsplit(BASE_URL)
if _base.scheme not in {"http", "https"} or not _base.hostname:
    raise ImproperlyConfigured("MUDIR_BASE_URL must be a whole address such as https://mudir.example.")
IS_HTTPS = _base.scheme == "https"
_hosts = os.environ.get("MUDIR_HOSTS", "localhost,127.0.0.1,[::1]").split(",")
ALLOWED_HOSTS = sorted({_base.hostname, *filter(None, _hosts)})
CSRF_TRUSTED_ORIGINS = [BASE_URL] if IS_HTTPS else []
_days = os.environ.get("MUDIR_TRASH_DAYS", "90")
if not _days.isascii() or not _days.isdigit() or int(_days) > 36_500:
    raise ImproperlyConfigured(f"MUDIR_TRASH_DAYS must be a number of days, or 0 for ever, not {_days!r}.")
TRASH_DAYS = int(_days)
DATA_DIR = Path(os.environ.get("MUDIR_DATA") or Path.home() / ".local/share/mudir")
COUNTRY = os.environ.get("MUDIR_COUNTRY", "SA").upper()  # default region of phone numbers and of new users
if COUNTRY not in phonenumbers.SUPPORTED_REGIONS:
    raise ImproperlyConfigured(f"MUDIR_COUNTRY must be a country code such as SA, not {COUNTRY!r}.")

INSTALLED_APPS = [
    "django.contrib.auth",
    "django.contrib.contenttypes",
    "django.contrib.sessions",
    "django.contrib.messages",
    "django.contrib.staticfiles",
    "django.contrib.postgres",
    "django.contrib.humanize",
    "allauth",
    "allauth.account",
    "allauth.mfa",
    "allauth.usersessions",
    "procrastinate.contrib.django",
    "pgtrigger",
    "pghistory",
    "mudir.kit",
    "mudir.host",
    "mudir.accounts",
    "mudir.records",
    "mudir.clients",
    "mudir.activities",
    "mudir.api",
]

MIDDLEWARE = [
    "django.middleware.security.SecurityMiddleware",
    "whitenoise.middleware.WhiteNoiseMiddleware",
    "django.middleware.csp.ContentSecurityPolicyMiddleware",
    "mudir.kit.middleware.PrivatePages",
    "mudir.api.problems.Problems",
    "django.contrib.sessions.middleware.SessionMiddleware",
    "django.middleware.common.CommonMiddleware",
    "django.middleware.csrf.CsrfViewMiddleware",
    "django.contrib.auth.middleware.AuthenticationMiddleware",
    "mudir.accounts.middleware.Preferences",
    "mudir.accounts.middleware.SignInRequired",
    "mudir.accounts.middleware.InLine",
    "django.contrib.messages.middleware.MessageMiddleware",
    "mudir.kit.htmx.Toasts",
    "allauth.account.middleware.AccountMiddleware",
    "allauth.usersessions.middleware.UserSessionsMiddleware",
    "mudir.records.middleware.Door",
]

ROOT_URLCONF = "mudir.urls"
WSGI_APPLICATION = "mudir.wsgi.application"
TEMPLATES = [
    {
        "BACKEND": "django.template.backends.django.DjangoTemplates",
        "DIRS": [PACKAGE / "templates"],
        "APP_DIRS": True,
        "OPTIONS": {
            "context_processors": [
                "django.template.context_processors.request",
                "django.contrib.auth.context_processors.auth",
                "django.contrib.messages.context_processors.messages",
                "mudir.records.navigation.navigation",
            ],
            "builtins": ["django.templatetags.i18n", "django.templatetags.static", "mudir.kit.templatetags.mudir"],
        },
    }
]

FORM_RENDERER = "mudir.kit.forms.Renderer"

DATABASES = {"default": _database(os.environ.get("DATABASE_URL", "postgresql://mudir@localhost/mudir"))}
PGHISTORY_BASE_MODEL = "mudir.kit.history.HistoryRow"
PGHISTORY_CONTEXT_FIELD = pghistory.ContextJSONField()
# History is written once per statement, not once per row: an import writes clients five times as fast.
PGHISTORY_LEVEL = pghistory.Statement
# A key is indexed there as it is in the table itself, not always.
PGHISTORY_FOREIGN_KEY_FIELD = pghistory.ForeignKey(db_index=pghistory.DEFAULT)

AUTH_USER_MODEL = "accounts.User"
PASSWORD_HASHERS = ["mudir.accounts.hashing.InTurn"]
AUTH_PASSWORD_VALIDATORS = [
    {"NAME": "django.contrib.auth.password_validation.UserAttributeSimilarityValidator",
     "OPTIONS": {"user_attributes": ("name", "email")}},
    {"NAME": "django.contrib.auth.password_validation.MinimumLengthValidator", "OPTIONS": {"min_length": 10}},
    {"NAME": "django.contrib.auth.password_validation.CommonPasswordValidator"},
    {"NAME": "django.contrib.auth.password_validation.NumericPasswordValidator"},
    {"NAME": "mudir.accounts.passwords.NotTheHouse"},
]
AUTHENTICATION_BACKENDS = ["mudir.accounts.backends.SignedIn"]
LOGIN_URL = "account_login"
LOGIN_REDIRECT_URL = "/"

ACCOUNT_LOGIN_METHODS = {"email"}
ACCOUNT_USER_MODEL_USERNAME_FIELD = None
ACCOUNT_SIGNUP_FIELDS = ["email*", "password1*", "password2*"]
ACCOUNT_ADAPTER = "mudir.accounts.adapter.AccountAdapter"
ACCOUNT_EMAIL_VERIFICATION = "none"  # an administrator makes the users; nobody signs up
ACCOUNT_CHANGE_EMAIL = True
ACCOUNT_EMAIL_NOTIFICATIONS = True  # the person learns of every change of their access, at the old e-mail too
ACCOUNT_REAUTHENTICATION_REQUIRED = True
ACCOUNT_LOGOUT_ON_PASSWORD_CHANGE = False  # this device stays; every other session dies with the old password
ACCOUNT_PREVENT_ENUMERATION = True
ACCOUNT_SESSION_REMEMBER = None
ACCOUNT_DEFAULT_HTTP_PROTOCOL = _base.scheme
ACCOUNT_PASSWORD_RESET_TOKEN_GENERATOR = "allauth.account.forms.EmailAwarePasswordResetTokenGenerator"
ACCOUNT_FORMS = {
    "login": "mudir.accounts.forms.signing.SignInForm",
    "add_email": "mudir.accounts.forms.signing.NewEmailForm",
    "change_password": "mudir.accounts.forms.signing.ChangePasswordForm",
    "set_password": "mudir.accounts.forms.signing.SetPasswordForm",
    "reset_password": "mudir.accounts.forms.signing.ForgottenPasswordForm",
    "reset_password_from_key": "mudir.accounts.forms.signing.NewPasswordForm",
    "reauthenticate": "mudir.accounts.forms.signing.ConfirmPasswordForm",
}
ALLAUTH_TRUSTED_PROXY_COUNT = 1 if IS_HTTPS else 0  # TLS ends in one proxy before us, which names the client
PASSWORD_RESET_TIMEOUT = 3600
MFA_ADAPTER = "mudir.accounts.adapter.SecondFactorAdapter"
MFA_SUPPORTED_TYPES = ["totp", "webauthn", "recovery_codes"]
MFA_PASSKEY_LOGIN_ENABLED = True
MFA_WEBAUTHN_ALLOW_INSECURE_ORIGIN = not IS_HTTPS
MFA_ALLOW_UNVERIFIED_EMAIL = True  # an administrator answers for the e-mail; a change begun is no reason to wait
MFA_FORMS = {
    "authenticate": "mudir.accounts.forms.signing.CodeForm",
    "reauthenticate": "mudir.accounts.forms.signing.ConfirmCodeForm",
    "activate_totp": "mudir.accounts.forms.signing.StartCodeAppForm",
    "authenticate_webauthn": "mudir.accounts.forms.signing.PasskeyForm",
    "login_webauthn": "mudir.accounts.forms.signing.SignInWithPasskeyForm",
    "reauthenticate_webauthn": "mudir.accounts.forms.signing.ConfirmWithPasskeyForm",
    "add_webauthn": "mudir.accounts.forms.signing.AddPasskeyForm",
    "edit_webauthn": "mudir.accounts.forms.signing.RenamePasskeyForm",
}
USERSESSIONS_TRACK_ACTIVITY = False

SESSION_COOKIE_AGE = 14 * 24 * 3600
SESSION_COOKIE_HTTPONLY = True
SESSION_COOKIE_SAMESITE = CSRF_COOKIE_SAMESITE = "Lax"
SESSION_COOKIE_SECURE = CSRF_COOKIE_SECURE = IS_HTTPS
CSRF_COOKIE_HTTPONLY = True
if IS_HTTPS:
    SESSION_COOKIE_NAME, CSRF_COOKIE_NAME = "__Host-sessionid", "__Host-csrftoken"
    SECURE_HSTS_SECONDS = 365 * 24 * 3600
    SECURE_PROXY_SSL_HEADER = ("HTTP_X_FORWARDED_PROTO", "https")
SECURE_REFERRER_POLICY = "same-origin"
SECURE_CROSS_ORIGIN_OPENER_POLICY = "same-origin"
SECURE_CSP = {
    "default-src": [CSP.SELF],
    "script-src": [CSP.SELF],
    "style-src": [CSP.SELF],
    "img-src": [CSP.SELF, "data:"],
    "object-src": [CSP.NONE],
    "base-uri": [CSP.NONE],
    "frame-ancestors": [CSP.NONE],
    "form-action": [CSP.SELF],
}

LANGUAGE_CODE = "ar"
LANGUAGES = [("ar", _("Arabic")), ("en", _("English"))]
LOCALE_PATHS = [PACKAGE / "locale", PACKAGE / "locale/libraries"]  # ours, then better words for the pages of libraries
USE_I18N = USE_TZ = True
TIME_ZONE = "UTC"


def _looks() -> str:
    """One name for all files a browser may keep: it changes with any of them, so they may be kept for ever."""
    content = hashlib.sha256(version("django-allauth").encode())
    for file in sorted((PACKAGE / "static").rglob("*.*")):
        content.update(file.read_bytes())
    return content.hexdigest()[:8]


STATIC_URL = "/static/" if DEBUG else f"/static/{_looks()}/"
STATICFILES_DIRS = [PACKAGE / "static"]
WHITENOISE_USE_FINDERS = True
WHITENOISE_MAX_AGE = 0 if DEBUG else 365 * 24 * 3600
def _files(address: str) -> dict:
    """Django's settings of `s3://bucket/folder?endpoint=https://…&region=…`; without an address the data folder."""
    if not address:
        return {"BACKEND": "mudir.kit.storage.WholeFiles", "OPTIONS": {"location": DATA_DIR / "files"}}
    parts = urlsplit(address)
    options = dict(parse_qsl(parts.query))
    if parts.scheme != "s3" or not parts.hostname or options.keys() - {"endpoint", "region"}:
        raise ImproperlyConfigured("MUDIR_FILES must be s3://bucket/folder?endpoint=https://…&region=…, or not set.")
    return {"BACKEND": "storages.backends.s3.S3Storage", "OPTIONS": {
        "bucket_name": parts.netloc, "location": parts.path.strip("/"), "endpoint_url": options.get("endpoint"),
        "region_name": options.get("region"), "file_overwrite": False, "default_acl": None,
    }}


STORAGES = {
    "default": _files(os.environ.get("MUDIR_FILES", "")),
    "staticfiles": {"BACKEND": "django.contrib.staticfiles.storage.StaticFilesStorage"},
}
MEDIA_ROOT = DATA_DIR / "files"
FILE_LARGEST = _count("MUDIR_FILE_MB", 50) << 20  # bytes of one file of a record
FILES_TOTAL = _count("MUDIR_FILES_GB", 0, least=0) << 30  # bytes of all of them; 0: as much as the disk holds
FILES_AT_ONCE = 20
IMPORT_LARGEST = 100 << 20
UPLOAD_LARGEST = max(FILE_LARGEST, IMPORT_LARGEST)  # what is written down of a file before anybody looks at it
UPLOAD_TOTAL = FILES_AT_ONCE * UPLOAD_LARGEST
FILE_UPLOAD_HANDLERS = [
    "mudir.kit.uploads.Bounded",
    "django.core.files.uploadhandler.MemoryFileUploadHandler",
    "django.core.files.uploadhandler.TemporaryFileUploadHandler",
]
FILE_UPLOAD_MAX_MEMORY_SIZE = 1 << 20
DATA_UPLOAD_MAX_MEMORY_SIZE = 4 << 20

_mail = urlsplit(os.environ.get("MUDIR_MAIL_URL", "console:"))
if _mail.scheme == "console":
    MAILERS = {"default": {"BACKEND": "django.core.mail.backends.console.EmailBackend"}}
elif _mail.scheme in {"smtp", "smtps"}:
    MAILERS = {"default": {
        "BACKEND": "django.core.mail.backends.smtp.EmailBackend",
        "OPTIONS": {
            "host": _mail.hostname, "port": _mail.port or (465 if _mail.scheme == "smtps" else 25),
            "username": unquote(_mail.username or ""), "password": unquote(_mail.password or ""),
            "use_ssl": _mail.scheme == "smtps", "timeout": 20,
            "use_tls": _mail.scheme == "smtp" and bool(_mail.username),  # a password never travels in the clear
        },
    }}
else:
    raise ImproperlyConfigured("MUDIR_MAIL_URL must be console: or smtp://user:password@host:port.")
DEFAULT_FROM_EMAIL = os.environ.get("MUDIR_MAIL_FROM", f"Mudir <no-reply@{_base.hostname}>")

API_REQUESTS_PER_MINUTE = _count("MUDIR_API_REQUESTS_PER_MINUTE", 600)  # of one key

# What limits tries of signing in: shared by every process, and too large for an attacker to push entries out.
CACHES = {"default": {
    "BACKEND": "django.core.cache.backends.db.DatabaseCache", "LOCATION": "accounts_cache",
    "OPTIONS": {"MAX_ENTRIES": 100_000},
}}
PROCRASTINATE_ON_APP_READY = None

_log_level = os.environ.get("MUDIR_LOG", "WARNING").upper()
if _log_level not in logging.getLevelNamesMapping():
    raise ImproperlyConfigured(f"MUDIR_LOG must be DEBUG, INFO, WARNING or ERROR, not {_log_level!r}.")
LOGGING = {
    "version": 1,
    "disable_existing_loggers": False,
    "filters": {"news": {  # a 503 is what /readyz says on purpose, again and again
        "()": "django.utils.log.CallbackFilter", "callback": lambda record: getattr(record, "status_code", 0) != 503,
    }},
    "handlers": {"console": {"class": "logging.StreamHandler", "filters": ["news"]}},
    "loggers": {"django.security.DisallowedHost": {"level": "CRITICAL"}},  # every scanner causes them; a 400 answers
    "root": {"handlers": ["console"], "level": _log_level},
}
