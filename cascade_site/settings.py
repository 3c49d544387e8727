"""All settings, driven by the environment; every default is safe to run on one machine.

What each variable does is told in docs/operations.md. The supervisor sets those that belong
together (database, broker, keys) for the processes it starts.
"""

from datetime import timedelta
from pathlib import Path
from urllib.parse import urlsplit

import environ
from csp.constants import NONE, SELF
from django.templatetags.static import static
from django.utils.translation import gettext_lazy as _

from cascade_site import embedded, keys

BASE_DIR = Path(__file__).resolve().parent.parent
env = environ.Env()
environ.Env.read_env(BASE_DIR / ".env")

# --- What this process is -------------------------------------------------------------------

DATA_DIR = Path(env.str("CASCADE_DATA_DIR", default=str(BASE_DIR / "var")))
DEBUG = env.bool("DEBUG", default=False)
IS_DEMO = env.bool("CASCADE_DEMO", default=False)
# The demo plays a year of campaigns behind its first pages, unless this says off.
HAS_HISTORY = IS_DEMO and env.bool("CASCADE_DEMO_HISTORY", default=True)
# Tests and the demo may move the product's clock and use steps of a few seconds.
CLOCK_MAY_MOVE = env.bool("CASCADE_CLOCK_MAY_MOVE", default=IS_DEMO)
# No step waits for a shorter time than this: an event needs some seconds to reach us.
STEP_TIMEOUT_MIN = timedelta(seconds=env.int("CASCADE_STEP_TIMEOUT_MIN", default=5 if IS_DEMO else 30))
PUBLIC_URL = env.str("CASCADE_PUBLIC_URL", default="http://127.0.0.1:8000").rstrip("/")
ALLOWED_HOSTS = env.list(
    "ALLOWED_HOSTS", default=["127.0.0.1", "localhost", "[::1]", urlsplit(PUBLIC_URL).hostname or ""]
)
CSRF_TRUSTED_ORIGINS = env.list("CSRF_TRUSTED_ORIGINS", default=[PUBLIC_URL])
INSTALLATION_KEYS = keys.load(DATA_DIR)
SECRET_KEY = env.str("SECRET_KEY", default=INSTALLATION_KEYS.secret_key)
# Newest first: the first encrypts, all decrypt.
CREDENTIAL_KEYS = env.list("CASCADE_CREDENTIAL_KEYS", default=[INSTALLATION_KEYS.credential_key])
# Keyed hashes of suppressed addresses. It cannot be changed without losing them.
ADDRESS_HASH_KEY = env.str("CASCADE_ADDRESS_HASH_KEY", default=INSTALLATION_KEYS.address_hash_key)
# Newest first: the first signs tracking tokens, all verify them.
TRACKING_KEYS = env.list("CASCADE_TRACKING_KEYS", default=[INSTALLATION_KEYS.tracking_key])
# host:port pairs on private networks that outgoing connections may reach.
PRIVATE_HOSTS = env.list("CASCADE_PRIVATE_HOSTS", default=[])
# How long hits on tracked links, and webhooks as they came, are kept after the events were made of them.
HITS_KEPT = timedelta(days=env.int("CASCADE_HITS_DAYS", default=90))
INBOUND_KEPT = timedelta(days=env.int("CASCADE_INBOUND_DAYS", default=30))
# So many test messages may one user send: tests need no consent, and must be no way around it.
TEST_MESSAGES_PER_HOUR = env.int("CASCADE_TEST_MESSAGES_PER_HOUR", default=60)
SANDBOX_URL = env.str("CASCADE_SANDBOX_URL", default="")
# Set by the supervisor, which starts the sandbox only when somebody asks for it.
IS_SANDBOX_ON_DEMAND = env.bool("CASCADE_SANDBOX_ON_DEMAND", default=False)
# The supervisor makes one up and prints it: whoever knows it may make the first user, and only the first.
WELCOME_TOKEN = env.str("CASCADE_WELCOME_TOKEN", default="")
# Who may read /metrics says it as a bearer token; without one nobody may.
METRICS_TOKEN = env.str("CASCADE_METRICS_TOKEN", default="")

# --- Applications ---------------------------------------------------------------------------

INSTALLED_APPS = [
    "unfold.apps.BasicAppConfig",
    "unfold.contrib.import_export",
    "cascade_site.back_office.BackOfficeConfig",
    "django.contrib.auth",
    "django.contrib.contenttypes",
    "django.contrib.sessions",
    "django.contrib.messages",
    "whitenoise.runserver_nostatic",
    "django.contrib.staticfiles",
    "django.contrib.humanize",
    "django.contrib.postgres",
    "django.forms",
    "django_celery_beat",
    "django_htmx",
    "template_partials",
    "import_export",
    "allauth",
    "allauth.account",
    "allauth.mfa",
    "csp",
    "channels",
    "campaigns",
]

MIDDLEWARE = [
    "django.middleware.security.SecurityMiddleware",
    "whitenoise.middleware.WhiteNoiseMiddleware",
    "campaigns.middleware.PageCompressionMiddleware",
    "csp.middleware.CSPMiddleware",
    "django.contrib.sessions.middleware.SessionMiddleware",
    "django.middleware.locale.LocaleMiddleware",
    "django.middleware.common.CommonMiddleware",
    "django.middleware.csrf.CsrfViewMiddleware",
    "django.contrib.auth.middleware.AuthenticationMiddleware",
    "campaigns.middleware.ProfileMiddleware",
    "campaigns.middleware.NotAPageMiddleware",
    "django.contrib.messages.middleware.MessageMiddleware",
    "django.middleware.clickjacking.XFrameOptionsMiddleware",
    "django_htmx.middleware.HtmxMiddleware",
    "allauth.account.middleware.AccountMiddleware",
]

ROOT_URLCONF = "cascade_site.urls"
ASGI_APPLICATION = "cascade_site.asgi.application"
WSGI_APPLICATION = "cascade_site.wsgi.application"

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
            ],
        },
    },
]

# --- Database -------------------------------------------------------------------------------

DATABASE_URL = env.str("DATABASE_URL", default="") or embedded.url(DATA_DIR)
DATABASES = {"default": embedded.django_database(DATABASE_URL)}
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"

# --- Celery ---------------------------------------------------------------------------------

CELERY_BROKER_URL = env.str("CELERY_BROKER_URL", default="pgmq://")
CELERY_BROKER_TRANSPORT_OPTIONS = embedded.broker_options(CELERY_BROKER_URL, DATABASE_URL)
CELERY_BROKER_CONNECTION_RETRY_ON_STARTUP = True
# However long a host is cut off, its workers come back by themselves.
CELERY_BROKER_CONNECTION_MAX_RETRIES = None
CELERY_BEAT_SCHEDULER = "django_celery_beat.schedulers:DatabaseScheduler"
# A task is a batch that any other worker can repeat, so nothing is kept of it.
CELERY_TASK_IGNORE_RESULT = True
CELERY_TASK_ACKS_LATE = False
CELERY_WORKER_PREFETCH_MULTIPLIER = 1
CELERY_WORKER_ENABLE_REMOTE_CONTROL = False
CELERY_WORKER_SEND_TASK_EVENTS = False
# Without it Celery's Django fix-up opens a database connection for each task.
CELERY_DB_REUSE_MAX = env.int("CELERY_DB_REUSE_MAX", default=1000)
CELERY_TASK_DEFAULT_QUEUE = "engine"
# The tick has a queue of its own: it must not wait behind what it has woken. Nor must what is transactional, nor what
# comes back: it stops cascades.
CELERY_TASK_ROUTES = {
    "campaigns.tasks.tick": {"queue": "tick"},
    "campaigns.tasks.urgent": {"queue": "urgent"},
    "campaigns.tasks.track": {"queue": "track"},
    "campaigns.tasks.bulk_*": {"queue": "bulk"},
}
CELERY_TIMEZONE = "UTC"
CELERY_WORKER_HIJACK_ROOT_LOGGER = False

# --- People ---------------------------------------------------------------------------------

AUTH_USER_MODEL = "campaigns.User"
ACCOUNT_USER_MODEL_USERNAME_FIELD = None
AUTHENTICATION_BACKENDS = [
    "django.contrib.auth.backends.ModelBackend",
    "allauth.account.auth_backends.AuthenticationBackend",
]
AUTH_PASSWORD_VALIDATORS = [
    {"NAME": "django.contrib.auth.password_validation.UserAttributeSimilarityValidator"},
    {"NAME": "django.contrib.auth.password_validation.MinimumLengthValidator"},
    {"NAME": "django.contrib.auth.password_validation.CommonPasswordValidator"},
    {"NAME": "django.contrib.auth.password_validation.NumericPasswordValidator"},
]
LOGIN_URL = "account_login"
LOGIN_REDIRECT_URL = "home"
ACCOUNT_ADAPTER = "campaigns.sign_in.ClosedAccountAdapter"
ACCOUNT_LOGIN_METHODS = {"email"}
ACCOUNT_SIGNUP_FIELDS = ["email*", "password1*"]
ACCOUNT_EMAIL_VERIFICATION = "none"
ACCOUNT_LOGOUT_ON_GET = False
ACCOUNT_RATE_LIMITS = {"login_failed": "10/m/ip,5/5m/key"}
# Strangers who type an address get no mail; what the page says does not tell whether the address is known.
ACCOUNT_EMAIL_UNKNOWN_ACCOUNTS = False
ACCOUNT_EMAIL_SUBJECT_PREFIX = ""
ACCOUNT_EMAIL_NOTIFICATIONS = True
MFA_ADAPTER = "campaigns.sign_in.SealedMFAAdapter"
MFA_TOTP_ISSUER = "Cascade"
EMAIL_CONFIG = env.email_url("EMAIL_URL", default="consolemail://")
vars().update(EMAIL_CONFIG)
# A mail server that does not answer must not keep a process from showing that it is alive.
EMAIL_TIMEOUT = 10
DEFAULT_FROM_EMAIL = env.str("DEFAULT_FROM_EMAIL", default="cascade@localhost")

# --- Language and time ----------------------------------------------------------------------

LANGUAGE_CODE = "en"
LANGUAGES = [
    ("en", _("English")),
    ("ru", _("Russian")),
    ("es", _("Spanish")),
    ("uk", _("Ukrainian")),
]
LOCALE_PATHS = [BASE_DIR / "locale"]
FORMAT_MODULE_PATH = "cascade_site.formats"
TIME_ZONE = env.str("TIME_ZONE", default="UTC")
USE_I18N = True
USE_TZ = True
DEFAULT_COUNTRY = env.str("CASCADE_COUNTRY", default="US")
REPORTING_CURRENCY = env.str("CASCADE_CURRENCY", default="USD")

# --- Files ----------------------------------------------------------------------------------

STATIC_URL = "static/"
STATIC_ROOT = DATA_DIR / "static"
STATICFILES_DIRS = [BASE_DIR / "static", ("vendor", DATA_DIR / "vendor")]
STORAGES = {
    "default": {"BACKEND": "django.core.files.storage.FileSystemStorage"},
    "staticfiles": {"BACKEND": "whitenoise.storage.CompressedManifestStaticFilesStorage"},
}
# Uploaded contact files: never served, deleted after the import's retention.
MEDIA_ROOT = DATA_DIR / "uploads"
FILE_UPLOAD_MAX_MEMORY_SIZE = 5 * 1024 * 1024
DATA_UPLOAD_MAX_MEMORY_SIZE = 10 * 1024 * 1024
FORM_RENDERER = "campaigns.forms.rendering.TablerRenderer"

# The back office
UNFOLD = {
    "SITE_TITLE": _("Cascade back office"),
    "SITE_HEADER": _("Cascade back office"),
    "SITE_URL": "/",
    "SITE_FAVICONS": [{"rel": "icon", "type": "image/svg+xml", "href": lambda request: static("img/favicon.svg")}],
}

# --- Security -------------------------------------------------------------------------------

IS_HTTPS = PUBLIC_URL.startswith("https://")
SECURE_PROXY_SSL_HEADER = ("HTTP_X_FORWARDED_PROTO", "https") if IS_HTTPS else None
SESSION_COOKIE_SECURE = CSRF_COOKIE_SECURE = IS_HTTPS
SESSION_COOKIE_HTTPONLY = True
SECURE_HSTS_SECONDS = 31_536_000 if IS_HTTPS else 0
SECURE_REFERRER_POLICY = "same-origin"
X_FRAME_OPTIONS = "DENY"
CSRF_FAILURE_VIEW = "campaigns.views.errors.csrf_failure"
CONTENT_SECURITY_POLICY = {
    "DIRECTIVES": {
        "default-src": [NONE],
        "script-src": [SELF],
        "style-src": [SELF],
        "img-src": [SELF, "data:"],
        "font-src": [SELF],
        "connect-src": [SELF],
        "form-action": [SELF],
        "frame-ancestors": [NONE],
        "base-uri": [NONE],
        "manifest-src": [SELF],
    },
}

# --- Logs -----------------------------------------------------------------------------------

LOG_LEVEL = env.str("LOG_LEVEL", default="INFO")
LOGGING = {
    "version": 1,
    "disable_existing_loggers": False,
    "formatters": {"plain": {"format": "{asctime} {levelname} {name}: {message}", "style": "{"}},
    "handlers": {"console": {"class": "logging.StreamHandler", "formatter": "plain"}},
    "root": {"handlers": ["console"], "level": LOG_LEVEL},
}
