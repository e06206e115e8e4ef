"""Every setting, read from the environment. The README's table explains each variable."""

import re
from pathlib import Path
from typing import Any

import dj_database_url
from django.core.exceptions import ImproperlyConfigured

from config import database, process
from config.env import Environment
from evidence.errors import BadNote
from evidence.ledger import witnesses
from evidence.ledger.policy import Policy
from evidence.vault import places

env = Environment()
BASE_DIR = Path(__file__).resolve().parent.parent

# --- The instance -------------------------------------------------------------------------------

DEBUG = env.boolean("DEBUG", default=False)
SECRET_KEY = env.secret("SECRET_KEY", minimum=32)
# The address people use. Links in answers, the origin of every log and cookie security follow it.
PUBLIC_URL = env.origin("PUBLIC_URL", "http://127.0.0.1:8000" if DEBUG else None)
PUBLIC_HOST = PUBLIC_URL.split("://", 1)[1]
HTTPS = PUBLIC_URL.startswith("https://")
HOSTNAME = re.sub(r":\d+$", "", PUBLIC_HOST)  # an IPv6 address keeps its colons and brackets
ALLOWED_HOSTS = env.words("ALLOWED_HOSTS", [HOSTNAME])
DATA_DIR = env.path("DATA_DIR", BASE_DIR / ".data")
# Whom strangers tell of a hole: an address that /.well-known/security.txt may hold (RFC 9116).
SECURITY_CONTACT = env.text("SECURITY_CONTACT", "")
if SECURITY_CONTACT and not re.fullmatch(r"(?:mailto:|https://|tel:)\S+", SECURITY_CONTACT):
    raise ImproperlyConfigured(
        f"SECURITY_CONTACT is {SECURITY_CONTACT!r}. Give one address that begins with mailto:, "
        "https:// or tel:, such as mailto:security@example.com."
    )

INSTALLED_APPS = [
    "trails",
    "evidence",
    "allauth",
    "allauth.account",
    "allauth.mfa",
    "allauth.usersessions",
    "django_htmx",
    "template_partials",
    "django.contrib.admin",
    "django.contrib.auth",
    "django.contrib.contenttypes",
    "django.contrib.sessions",
    "django.contrib.messages",
    "whitenoise.runserver_nostatic",
    "django.contrib.staticfiles",
    "ninja",
]

MIDDLEWARE = [
    "trails.http.middleware.RequestId",
    "trails.http.middleware.SecurityHeaders",
    "django.middleware.security.SecurityMiddleware",
    "whitenoise.middleware.WhiteNoiseMiddleware",
    "django.contrib.sessions.middleware.SessionMiddleware",
    "django.middleware.common.CommonMiddleware",
    "django.middleware.csrf.CsrfViewMiddleware",
    "django.contrib.auth.middleware.AuthenticationMiddleware",
    "django.contrib.auth.middleware.LoginRequiredMiddleware",
    "django.contrib.messages.middleware.MessageMiddleware",
    "django.middleware.clickjacking.XFrameOptionsMiddleware",
    "django_htmx.middleware.HtmxMiddleware",
    "allauth.account.middleware.AccountMiddleware",
    "trails.web.second_factor.Demand",
    "trails.web.errors.ErrorPages",
]

ROOT_URLCONF = "config.urls"
WSGI_APPLICATION = "config.wsgi.application"

TEMPLATES = [
    {
        "BACKEND": "django.template.backends.django.DjangoTemplates",
        "DIRS": [BASE_DIR / "templates"],
        "APP_DIRS": True,
        "OPTIONS": {
            "context_processors": [
                "django.template.context_processors.request",
                "django.contrib.auth.context_processors.auth",
                "django.contrib.messages.context_processors.messages",
                "trails.web.context.instance",
            ],
        },
    }
]

# --- Rows ---------------------------------------------------------------------------------------


# Connections that a process may have, and how long anybody waits for the database, in seconds.
BOUNDS = database.Bounds(
    pool_min=env.integer("DATABASE_POOL_MIN", 1),
    pool_max=env.integer("DATABASE_POOL_MAX", 32, minimum=1),
    pool_wait=env.integer("DATABASE_POOL_TIMEOUT", 10, minimum=1),
    statement=env.integer("DATABASE_STATEMENT_TIMEOUT", 30),
    lock=env.integer("DATABASE_LOCK_TIMEOUT", 10),
    idle=env.integer("DATABASE_IDLE_TIMEOUT", 60),
)
PREPARE = env.boolean("DATABASE_PREPARE", default=True)


def database_of(url: str) -> dict[str, Any]:
    """Return Django's settings for a database URL."""
    test_name = env.text("TEST_DATABASE_NAME", "")
    return database.of(url, BOUNDS, prepare=PREPARE, test_name=test_name)


# The application's role. What needs the owner of the tables connects as that (`config.process`).
application_url = env.secret("DATABASE_URL", required=False)
owner_url = env.secret("DATABASE_OWNER_URL", required=False)
HAS_OWNER_URL = bool(owner_url)
AS_OWNER = process.as_owner
APPLICATION_ROLE = dj_database_url.parse(application_url)["USER"] if application_url else ""
DATABASES = {
    "default": database_of(
        (owner_url if process.as_owner else "")
        or application_url
        or f"sqlite:///{DATA_DIR / 'trailkeeper.sqlite3'}"
    )
}
# A copy that follows, for pages that only read; how long it may lag behind (`trails.replicas`).
replica_url = env.secret("DATABASE_REPLICA_URL", required=False)
REPLICA_LAG = env.integer("DATABASE_REPLICA_LAG", 10, minimum=1)
if replica_url:
    DATABASES["replica"] = database_of(replica_url) | {"TEST": {"MIRROR": "default"}}
    DATABASE_ROUTERS = ["trails.replicas.Router"]
    MIDDLEWARE.append("trails.replicas.PagesMayLag")
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"
CACHES = {
    # The database, so that rate limits hold across processes without another server.
    "default": {
        "BACKEND": "django.core.cache.backends.db.DatabaseCache",
        "LOCATION": "cache",
        # Rate limits, and of each trail the days that are counted (`trails.counts`).
        "OPTIONS": {"MAX_ENTRIES": 100_000},
    }
}

# --- Evidence bytes -----------------------------------------------------------------------------

VAULT_ROOT = env.path("VAULT_ROOT", DATA_DIR / "vault")


def vault(name: str, url: str, key: str, secret: str) -> dict[str, Any]:
    """Return the storage of the vault at an address, as an entry of `STORAGES`."""
    if bool(key) != bool(secret):
        raise ImproperlyConfigured(
            f"Of {name}_ACCESS_KEY_ID and {name}_SECRET_ACCESS_KEY one is set. Set both or none."
        )
    try:
        return places.parse(url).storage(places.Credentials(key, secret))
    except ValueError as error:
        raise ImproperlyConfigured(f"{name}_URL: {error}") from error


# A folder, or a bucket of an S3 store. The address holds no secrets (`evidence.vault.places`);
# without a key boto3 looks for one where it always looks.
VAULT = vault(
    "VAULT",
    env.text("VAULT_URL", places.Place(folder=str(VAULT_ROOT)).url),
    env.secret("VAULT_ACCESS_KEY_ID", required=False),
    env.secret("VAULT_SECRET_ACCESS_KEY", required=False),
)
# Where uploads are hashed before they are named. The same file system as the vault saves a copy.
VAULT_STAGING = env.path(
    "VAULT_STAGING", Path(VAULT["OPTIONS"].get("location", VAULT_ROOT)) / "staging"
)
# A second vault that follows the first, and from which it can be repaired.
replica_vault_url = env.text("VAULT_REPLICA_URL", "")
VAULT_REPLICA = replica_vault_url and vault(
    "VAULT_REPLICA",
    replica_vault_url,
    env.secret("VAULT_REPLICA_ACCESS_KEY_ID", required=False),
    env.secret("VAULT_REPLICA_SECRET_ACCESS_KEY", required=False),
)
# The keys to the vaults that `manage.py copy_vault SRC DST` is given; empty: where boto3 looks.
COPY_SRC = places.Credentials(
    env.text("SRC_ACCESS_KEY_ID", ""), env.secret("SRC_SECRET_ACCESS_KEY", required=False)
)
COPY_DST = places.Credentials(
    env.text("DST_ACCESS_KEY_ID", ""), env.secret("DST_SECRET_ACCESS_KEY", required=False)
)

# --- The log ------------------------------------------------------------------------------------


def witness_policy(path: str) -> Policy | None:
    """Return the policy of a file, None without one. A malformed one stops the start."""
    try:
        return witnesses.read(Path(path)) if path else None
    except BadNote as error:
        raise ImproperlyConfigured(f"WITNESS_POLICY_FILE: {error}") from error


def address(name: str, url: str) -> str:
    """Return the address of somebody who is asked over HTTP; empty stays empty."""
    try:
        if url:
            witnesses.refuse_bad_address(url)
    except BadNote as error:
        raise ImproperlyConfigured(f"{name}: {error}") from error
    return url


# Signs checkpoints: an Ed25519 private key in PEM. Servers need none where a worker seals.
SEALING = env.choice("SEALING", "inline", {"inline", "worker"})
LOG_KEY = env.secret("LOG_KEY", required=False, made_by="manage.py newkey FILE")
# Who is asked to cosign checkpoints, and when they count as published (C2SP tlog-policy).
WITNESS_POLICY = witness_policy(env.text("WITNESS_POLICY_FILE", ""))
# An authority that says when a checkpoint existed (RFC 3161).
TIMESTAMP_URL = address("TIMESTAMP_URL", env.text("TIMESTAMP_URL", ""))
# For being a witness of other logs: a key of its own, its name, and whom it knows.
WITNESS_KEY = env.secret(
    "WITNESS_KEY", required=False, made_by="manage.py newkey FILE --witness NAME"
)
WITNESS_NAME = env.text("WITNESS_NAME", "")
WITNESS_LOGS_FILE = env.text("WITNESS_LOGS_FILE", "")
# A copy of each log's newest checkpoint, outside the database: it notices a restored older copy.
CHECKPOINTS_DIR = env.path("CHECKPOINTS_DIR", DATA_DIR / "checkpoints")

# --- Files of the pages -------------------------------------------------------------------------

STATIC_URL = "/static/"
STATIC_ROOT = BASE_DIR / "static-root"
STATICFILES_DIRS = [BASE_DIR / "static"]
STORAGES = {
    "default": {"BACKEND": "django.core.files.storage.InMemoryStorage"},  # nothing may use it
    "vault": VAULT,
    **({"replica": VAULT_REPLICA} if VAULT_REPLICA else {}),
    "staticfiles": {
        "BACKEND": "whitenoise.storage.CompressedManifestStaticFilesStorage"
        if not DEBUG
        else "django.contrib.staticfiles.storage.StaticFilesStorage"
    },
}

LIMIT_FILE_BYTES = env.size("LIMIT_FILE_BYTES", "10 GiB")
# Of one upload that goes to the store of the vault directly.
LIMIT_DIRECT_BYTES = env.size("LIMIT_DIRECT_BYTES", "1 TiB")
LIMIT_REQUEST_BYTES = env.size("LIMIT_REQUEST_BYTES", "20 GiB")
LIMIT_FILES = env.integer("LIMIT_FILES", 5000, minimum=1)
LIMIT_BULK = env.integer("LIMIT_BULK", 10_000, minimum=1)
LIMIT_JSON_BYTES = env.size("LIMIT_JSON_BYTES", "10 MiB")
# For how long the prepared package of a trail is kept, and how many an organization may have.
PACKAGE_DAYS = env.integer("PACKAGE_DAYS", 7, minimum=1)
LIMIT_PACKAGES = env.integer("LIMIT_PACKAGES", 20, minimum=1)
# Pages take no files. What comes all the same stays in memory, where its size is limited.
FILE_UPLOAD_HANDLERS = ["django.core.files.uploadhandler.MemoryFileUploadHandler"]
DATA_UPLOAD_MAX_MEMORY_SIZE = LIMIT_JSON_BYTES

# --- People and keys ----------------------------------------------------------------------------

AUTH_USER_MODEL = "trails.User"
AUTHENTICATION_BACKENDS = ["allauth.account.auth_backends.AuthenticationBackend"]
AUTH_PASSWORD_VALIDATORS = [
    {"NAME": "django.contrib.auth.password_validation.UserAttributeSimilarityValidator"},
    {
        "NAME": "django.contrib.auth.password_validation.MinimumLengthValidator",
        "OPTIONS": {"min_length": 12},
    },
    {"NAME": "django.contrib.auth.password_validation.CommonPasswordValidator"},
]
LOGIN_URL = "account_login"
LOGIN_REDIRECT_URL = "home"
ACCOUNT_ADAPTER = "trails.accounts.Adapter"
ACCOUNT_LOGIN_METHODS = {"email"}
ACCOUNT_SIGNUP_FIELDS = ["email*", "password1*", "password2*"]
ACCOUNT_FORMS = {
    "login": "trails.web.sign_in.SignInForm",
    "change_password": "trails.web.sign_in.NewPasswordForm",
    "set_password": "trails.web.sign_in.FirstPasswordForm",
    "reset_password_from_key": "trails.web.sign_in.ResetPasswordForm",
}
ACCOUNT_USER_MODEL_USERNAME_FIELD = None
ACCOUNT_EMAIL_VERIFICATION = "none"  # accounts are made by admins, nobody signs up
ACCOUNT_EMAIL_UNKNOWN_ACCOUNTS = False  # a reset mails nobody who has no account here
ACCOUNT_EMAIL_NOTIFICATIONS = True  # whoever changes a password or a second factor is not alone
ACCOUNT_LOGOUT_REDIRECT_URL = "home"
ACCOUNT_DEFAULT_HTTP_PROTOCOL = "https" if HTTPS else "http"
# Second factors: an authenticator app with recovery codes, and passkeys (`trails.second_factor`).
REQUIRE_SECOND_FACTOR = env.choice("REQUIRE_SECOND_FACTOR", "none", {"none", "admins", "all"})
MFA_ADAPTER = "trails.second_factor.Adapter"
MFA_SUPPORTED_TYPES = ["totp", "recovery_codes", "webauthn"]
MFA_PASSKEY_LOGIN_ENABLED = True
MFA_ALLOW_UNVERIFIED_EMAIL = True  # an admin made the account, and nobody changes its address
MFA_RECOVERY_CODES_SHOW_ONCE = True
MFA_RECOVERY_CODE_DIGITS = 10
MFA_FORMS = {
    "add_webauthn": "trails.web.second_factor.AddForm",
    "authenticate_webauthn": "trails.web.second_factor.AuthenticateForm",
    "login_webauthn": "trails.web.second_factor.LoginForm",
    "reauthenticate_webauthn": "trails.web.second_factor.ReauthenticateForm",
}
# The Kosli dialect's beta switch: whether a new organization starts with audit trails enabled.
KOSLI_BETA_DEFAULT = env.boolean("KOSLI_BETA_DEFAULT", default=True)

EMAIL_HOST = env.text("EMAIL_HOST", "")
EMAIL_PORT = env.integer("EMAIL_PORT", 587, minimum=1)
EMAIL_USE_TLS = env.boolean("EMAIL_USE_TLS", default=True)
EMAIL_HOST_USER = env.text("EMAIL_HOST_USER", "")
EMAIL_HOST_PASSWORD = env.secret("EMAIL_HOST_PASSWORD", required=bool(EMAIL_HOST_USER))
EMAIL_BACKEND = (
    "django.core.mail.backends.smtp.EmailBackend"
    if EMAIL_HOST
    else "django.core.mail.backends.console.EmailBackend"
)
DEFAULT_FROM_EMAIL = env.text("DEFAULT_FROM_EMAIL", f"trailkeeper@{HOSTNAME}")

# --- The web ------------------------------------------------------------------------------------

# How many reverse proxies in front set X-Forwarded-Proto and X-Forwarded-For. With none, nobody
# may: a stranger could forge them and pass as another address before each limited sign-in.
TRUSTED_PROXIES = env.integer("TRUSTED_PROXIES", 0)
ALLAUTH_TRUSTED_PROXY_COUNT = TRUSTED_PROXIES
SECURE_PROXY_SSL_HEADER = ("HTTP_X_FORWARDED_PROTO", "https") if TRUSTED_PROXIES else None
SECURE_SSL_REDIRECT = False  # the proxy that ends TLS does it; redirected POSTs become GETs
SECURE_HSTS_SECONDS = 31_536_000 if HTTPS else 0
SECURE_CONTENT_TYPE_NOSNIFF = True
SECURE_REFERRER_POLICY = "same-origin"
SECURE_CROSS_ORIGIN_OPENER_POLICY = "same-origin"
X_FRAME_OPTIONS = "DENY"
SESSION_ENGINE = "trails.http.sessions"
SESSION_COOKIE_SECURE = HTTPS
SESSION_COOKIE_HTTPONLY = True
SESSION_COOKIE_SAMESITE = "Lax"
CSRF_COOKIE_SECURE = HTTPS
CSRF_COOKIE_HTTPONLY = True
CSRF_TRUSTED_ORIGINS = [PUBLIC_URL]
CSRF_FAILURE_VIEW = "trails.web.errors.csrf_failure"
MESSAGE_STORAGE = "django.contrib.messages.storage.session.SessionStorage"

LANGUAGE_CODE = "en"
TIME_ZONE = "UTC"
USE_I18N = True
USE_TZ = True

# --- What the server says -----------------------------------------------------------------------

LOG_LEVEL = env.choice("LOG_LEVEL", "INFO", {"DEBUG", "INFO", "WARNING", "ERROR"})
LOG_FORMAT = env.choice("LOG_FORMAT", "text" if DEBUG else "json", {"text", "json"})
LOGGING = {
    "version": 1,
    "disable_existing_loggers": False,
    "filters": {"request_id": {"()": "trails.http.logs.RequestIdFilter"}},
    "formatters": {
        "json": {
            "()": "pythonjsonlogger.json.JsonFormatter",
            "format": "%(asctime)s %(levelname)s %(name)s %(message)s %(request_id)s",
            "rename_fields": {"asctime": "at", "levelname": "level", "name": "logger"},
        },
        "text": {"format": "%(asctime)s %(levelname)s [%(request_id)s] %(name)s: %(message)s"},
    },
    "handlers": {
        "stderr": {
            "class": "logging.StreamHandler",
            "formatter": LOG_FORMAT,
            "filters": ["request_id"],
        }
    },
    "root": {"handlers": ["stderr"], "level": LOG_LEVEL},
    # Django mails admins by default; everything here goes to stderr once.
    "loggers": {
        "django": {"handlers": [], "propagate": True, "level": LOG_LEVEL},
        # Refusals have their line from `trails.request` already; failures keep their traceback.
        "django.request": {"level": "ERROR"},
    },
}
