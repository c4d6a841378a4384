"""All settings in one file. Every environment variable is read once, here; docs/operations.md lists them."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import dj_email_url
import environs
from csp.constants import NONE, SELF
from django.utils.translation import gettext_lazy as _

try:
    # Debian's SQLite has the WAL-reset corruption bug (fixed in 3.51.3); this wheel bundles a newer one.
    import pysqlite3

    sys.modules["sqlite3"] = pysqlite3
except ImportError:  # no wheel for this platform: config.checks warns when the bundled SQLite is too old
    pass

env = environs.Env()
BASE_DIR = Path(__file__).resolve().parent.parent
env.read_env(str(BASE_DIR / "var" / "env"), recurse=False)
VAR_DIR = env.path("VAR_DIR", BASE_DIR / "var")
VAR_DIR.mkdir(parents=True, exist_ok=True)

DEBUG = env.bool("DEBUG", False)
SECRET_KEY = env.str("SECRET_KEY")
SECRET_KEY_FALLBACKS = env.list("SECRET_KEY_FALLBACKS", [])
BASE_URL = env.str("BASE_URL", "http://127.0.0.1:8000").rstrip("/")
HTTPS = BASE_URL.startswith("https://")
# Where browsers find `manage.py live`; empty: pages ask for their counts every 20 seconds instead.
LIVE_URL = env.str("LIVE_URL", "")
ALLOWED_HOSTS = env.list("ALLOWED_HOSTS", ["127.0.0.1", "localhost", "[::1]", "testserver"])
CSRF_TRUSTED_ORIGINS = [BASE_URL] if HTTPS else []
DEMO = env.bool("DEMO", False)
STAFF_MFA_REQUIRED = env.bool("STAFF_MFA_REQUIRED", True)
METRICS_TOKEN = env.str("METRICS_TOKEN", "")  # empty: /metrics answers to this machine only

INSTALLED_APPS = [
    "core",
    "accounts",
    "ecommerce",
    "analytics",
    "notifications",
    "config.apps.ConfigApp",
    "config.apps.AdminApp",
    "django.contrib.auth",
    "django.contrib.contenttypes",
    "django.contrib.sessions",
    "django.contrib.messages",
    "django.contrib.staticfiles",
    "django.contrib.humanize",
    "allauth",
    "allauth.account",
    "allauth.mfa",
    "allauth.usersessions",
    "rest_framework",
    "drf_spectacular",
    "django_filters",
    "django_q",
    "django_htmx",
    "template_partials",
    "csp",
]

MIDDLEWARE = [
    "core.middleware.request_id",
    "django.middleware.security.SecurityMiddleware",
    "whitenoise.middleware.WhiteNoiseMiddleware",
    "django.middleware.gzip.GZipMiddleware",  # safe with our forms: their token differs in every answer
    "csp.middleware.CSPMiddleware",
    "django.contrib.sessions.middleware.SessionMiddleware",
    "django.middleware.locale.LocaleMiddleware",
    "django.middleware.common.CommonMiddleware",
    "django.middleware.csrf.CsrfViewMiddleware",
    "django.contrib.auth.middleware.AuthenticationMiddleware",
    "django.contrib.messages.middleware.MessageMiddleware",
    "django.middleware.clickjacking.XFrameOptionsMiddleware",
    "django_htmx.middleware.HtmxMiddleware",
    "allauth.account.middleware.AccountMiddleware",
    "accounts.middleware.sessions",
    "accounts.middleware.person",
    "config.middleware.last_shop",
    "core.middleware.refusals",
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
                "config.navigation.chrome",
            ],
            "builtins": [
                "core.templatetags.sc",
                "django.templatetags.i18n",
                "django.templatetags.static",
                "template_partials.templatetags.partials",
            ],
        },
    }
]

DATABASES: dict[str, Any] = {"default": env.dj_db_url("DATABASE_URL", f"sqlite:///{VAR_DIR / 'storecast.sqlite3'}")}
_db = DATABASES["default"]
_db["CONN_MAX_AGE"] = 60  # the task broker would reconnect for every task at 0
if _db["ENGINE"].endswith("sqlite3"):
    _db["OPTIONS"] = {
        "timeout": 20,
        "transaction_mode": "IMMEDIATE",
        # recursive_triggers: without it INSERT OR REPLACE slips past the append-only triggers
        "init_command": "PRAGMA journal_mode=WAL; PRAGMA synchronous=FULL; PRAGMA recursive_triggers=ON;"
        " PRAGMA cache_size=-2000;",  # KB for each thread of each process; what is read again the system keeps too
    }
else:
    _db["CONN_HEALTH_CHECKS"] = True
    # jit: what a page asks is answered sooner than it is compiled
    _session = env.str("DATABASE_SESSION_OPTIONS", "-c lock_timeout=10000 -c jit=off")
    _db["OPTIONS"] = {"connect_timeout": 5, "options": _session}
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"

_cache_url = env.str("CACHE_URL", "")
CACHES: dict[str, Any] = {
    "default": env.dj_cache_url("CACHE_URL")
    if _cache_url
    else {"BACKEND": "django.core.cache.backends.locmem.LocMemCache"}
}

AUTH_USER_MODEL = "accounts.User"
AUTHENTICATION_BACKENDS = ["allauth.account.auth_backends.AuthenticationBackend"]
PASSWORD_HASHERS = [
    "accounts.people.hashers.Argon2",
    "django.contrib.auth.hashers.PBKDF2PasswordHasher",
]
AUTH_PASSWORD_VALIDATORS = [
    {"NAME": "django.contrib.auth.password_validation.UserAttributeSimilarityValidator"},
    {"NAME": "django.contrib.auth.password_validation.MinimumLengthValidator", "OPTIONS": {"min_length": 12}},
    {"NAME": "django.contrib.auth.password_validation.CommonPasswordValidator"},
]
LOGIN_URL = "account_login"
LOGIN_REDIRECT_URL = "home"
LOGOUT_REDIRECT_URL = "account_login"
ACCOUNT_ADAPTER = "accounts.people.adapter.AccountAdapter"
ACCOUNT_LOGIN_METHODS = {"email"}
ACCOUNT_SIGNUP_FIELDS = ["email*", "password1*", "password2*"]
ACCOUNT_USER_MODEL_USERNAME_FIELD = None
ACCOUNT_EMAIL_VERIFICATION = "mandatory"
ACCOUNT_EMAIL_UNKNOWN_ACCOUNTS = False
ACCOUNT_PREVENT_ENUMERATION = True
ACCOUNT_REAUTHENTICATION_TIMEOUT = 900
ACCOUNT_LOGOUT_ON_PASSWORD_CHANGE = False  # this session goes on, all others end
# Failed sign-ins and codes are counted in the database (accounts.people.rules); these only slow down floods.
ACCOUNT_RATE_LIMITS = {"login": "60/m/ip", "reset_password": "20/m/ip,5/m/key", "login_failed": None}
ACCOUNT_SESSION_COOKIE_AGE = 14 * 24 * 3600  # with "keep me signed in"; accounts.middleware.sessions sets the limits
ACCOUNT_EMAIL_NOTIFICATIONS = True
ACCOUNT_FORMS = {
    "login": "accounts.people.forms.SignInForm",
    "reset_password": "accounts.people.forms.ForgottenForm",
    "reset_password_from_key": "accounts.people.forms.NewPasswordForm",
    "change_password": "accounts.people.forms.PasswordForm",
    "reauthenticate": "accounts.people.forms.AgainForm",
}
ACCOUNT_EMAIL_SUBJECT_PREFIX = ""
MFA_ADAPTER = "accounts.people.adapter.SecondFactorAdapter"
MFA_FORMS = {
    "authenticate": "accounts.people.forms.CodeForm",
    "reauthenticate": "accounts.people.forms.CodeAgainForm",
    "activate_totp": "accounts.people.forms.AuthenticatorForm",
}
MFA_TOTP_TOLERANCE = 1  # a code may be one span of 30 seconds old or early, as the clock of a phone is
MFA_SUPPORTED_TYPES = ["totp", "recovery_codes"]
MFA_TOTP_ISSUER = "Storecast"

SESSION_COOKIE_NAME = "__Host-sid" if HTTPS else "sid"
CSRF_COOKIE_NAME = "__Host-csrf" if HTTPS else "csrf"
SESSION_COOKIE_AGE = 12 * 3600
SESSION_COOKIE_HTTPONLY = CSRF_COOKIE_HTTPONLY = True
SESSION_COOKIE_SECURE = CSRF_COOKIE_SECURE = SECURE_SSL_REDIRECT = HTTPS
SESSION_COOKIE_SAMESITE = CSRF_COOKIE_SAMESITE = "Lax"
SECURE_REDIRECT_EXEMPT = [r"^(healthz|readyz|metrics)$"]  # asked from the inside, without TLS
SECURE_HSTS_SECONDS = 31536000 if HTTPS else 0
SECURE_HSTS_INCLUDE_SUBDOMAINS = SECURE_HSTS_PRELOAD = HTTPS
BEHIND_PROXY = env.bool("BEHIND_PROXY", False)
SECURE_PROXY_SSL_HEADER = ("HTTP_X_FORWARDED_PROTO", "https") if BEHIND_PROXY else None
ALLAUTH_TRUSTED_PROXY_COUNT = int(BEHIND_PROXY)
# an index that covers more on PostgreSQL is a plain one on SQLite, as meant
SILENCED_SYSTEM_CHECKS = ["models.W040"]
SECURE_REFERRER_POLICY = "same-origin"
X_FRAME_OPTIONS = "DENY"
_live = urlsplit(LIVE_URL)
CONTENT_SECURITY_POLICY = {
    "DIRECTIVES": {
        "default-src": [NONE],
        "script-src": [SELF],
        "style-src": [SELF],
        "img-src": [SELF, "data:"],
        "font-src": [SELF],
        "connect-src": [SELF, *([f"{_live.scheme}://{_live.netloc}"] if _live.netloc else [])],
        "form-action": [SELF],
        "base-uri": [NONE],
        "frame-ancestors": [NONE],
    }
}
DATA_UPLOAD_MAX_MEMORY_SIZE = 2_621_440
DATA_UPLOAD_MAX_NUMBER_FIELDS = 3000
DATA_UPLOAD_MAX_NUMBER_FILES = 5
UPLOAD_MAX_BYTES = 10 * 1024 * 1024
MEDIA_ROOT = VAR_DIR / "files"  # never served by URL: downloads go through views that check who asks

LANGUAGE_CODE = "en"
LANGUAGES = [("en", _("English")), ("zh-hans", _("Simplified Chinese"))]
LOCALE_PATHS = sorted(path for path in (BASE_DIR / "locale").glob("*") if path.is_dir())
LANGUAGE_COOKIE_NAME = "language"
TIME_ZONE = "UTC"
USE_TZ = USE_I18N = True
FORMAT_MODULE_PATH = ["core.formats"]

STATIC_URL = "/static/"
STATIC_ROOT = BASE_DIR / "staticfiles"
STATICFILES_DIRS = [BASE_DIR / "static"]
STORAGES = {
    "default": {"BACKEND": "django.core.files.storage.FileSystemStorage"},
    "staticfiles": {
        "BACKEND": "whitenoise.storage.CompressedManifestStaticFilesStorage"
        if env.bool("STATIC_MANIFEST", not DEBUG and not DEMO and "pytest" not in sys.modules)
        else "django.contrib.staticfiles.storage.StaticFilesStorage"
    },
}
WHITENOISE_USE_FINDERS = True

# Every mail is first a row (notifications.mail), then sent by a worker to the server in EMAIL_URL:
# submission://user:password@host (STARTTLS, port 587), smtp://…/?ssl=True (port 465), smtp://host:25.
EMAIL_BACKEND = "notifications.mail.backend.OutboxBackend"
EMAIL_URL = env.str("EMAIL_URL", "")  # not given in a demo: mails stay in its mailbox page
_smtp = dj_email_url.parse(EMAIL_URL or "smtp://127.0.0.1:1025")
SMTP: dict[str, Any] = {
    "host": _smtp["EMAIL_HOST"],
    "port": _smtp["EMAIL_PORT"] or 25,
    "username": _smtp["EMAIL_HOST_USER"],
    "password": _smtp["EMAIL_HOST_PASSWORD"],
    "use_tls": _smtp.get("EMAIL_USE_TLS", False),
    "use_ssl": _smtp.get("EMAIL_USE_SSL", False),
    "timeout": 10,
}
DEFAULT_FROM_EMAIL = env.str("DEFAULT_FROM_EMAIL", "Storecast <notices@storecast.example>")
# Who reports bounces and complaints to /hooks/mail/<provider>/, a name of PROVIDERS in notifications/mail/providers.py,
# and what proves it: "user:password", or the provider's signing key. Either empty: nobody is listened to.
MAIL_WEBHOOK_PROVIDER = env.str("MAIL_WEBHOOK_PROVIDER", "")
MAIL_WEBHOOK_SECRET = env.str("MAIL_WEBHOOK_SECRET", "")

# Webhooks and chats of merchants. Off: only https, and nothing in a private network. SMS_PROVIDER is a name of
# PROVIDERS in notifications/channels/senders/sms.py.
CHANNELS_PRIVATE_ADDRESSES = env.bool("CHANNELS_PRIVATE_ADDRESSES", DEMO)
SMS_PROVIDER = env.str("SMS_PROVIDER", "log")

# retry > (timeout + 3) x (1 + queue_limit / workers): a task must not be handed out twice while it still runs
Q_CLUSTER: dict[str, Any] = {
    "name": "default",
    "orm": "default",
    "workers": env.int("WORKERS_DEFAULT", 2),
    "bulk": 1,
    "queue_limit": 2,
    "timeout": 60,
    "retry": 200,
    "ack_failures": True,
    "max_attempts": 3,
    "save_limit": -1,  # outcomes are in our own job rows; the probe asks for its own to be kept
    "catch_up": False,
    "recycle": 500,
    "guard_cycle": 0.5,
    "poll": 0.3,
    "scheduler": False,
    "label": "Queue",
    "ALT_CLUSTERS": {
        "default": {},
        "long": {
            "workers": env.int("WORKERS_LONG", 1),
            "bulk": 1,
            "queue_limit": 1,
            "timeout": 1800,
            "retry": 4000,
            "recycle": 20,
        },
    },
}

# Seconds. A killed worker's job is free when its lease ends; a queue that shows no life for JOB_STALE is restarted.
JOB_LEASE = env.float("JOB_LEASE", 45)
JOB_RESEND = env.float("JOB_RESEND", 30)
JOB_PROBE = env.float("JOB_PROBE", 60)
JOB_STALE = env.float("JOB_STALE", 180)
WORKER_STOP = env.float("WORKER_STOP", 8)
WORKER_ID = env.str("WORKER_ID", "")  # set by the supervisor for the processes it starts
# Imported before a cluster forks its workers, so that a fresh worker starts warm and shares the memory.
WORKER_PRELOAD: dict[str, list[str]] = {"default": [], "long": ["pandas", "statsmodels.tsa.api"]}

# Calls of /api/v1 a minute: by one token, by all tokens of a merchant, by an address that shows no good token.
API_RATE_TOKEN = env.int("API_RATE_TOKEN", 600)
API_RATE_MERCHANT = env.int("API_RATE_MERCHANT", 1800)
API_RATE_ADDRESS = env.int("API_RATE_ADDRESS", 60)
API_MAX_BYTES = 5 * 1024 * 1024
REST_FRAMEWORK: dict[str, Any] = {
    "DEFAULT_AUTHENTICATION_CLASSES": ["accounts.tokens.authentication.TokenAuthentication"],
    "DEFAULT_PERMISSION_CLASSES": ["core.api.permissions.ScopePermission"],
    "DEFAULT_THROTTLE_CLASSES": ["accounts.tokens.limits.RateLimit"],
    "DEFAULT_PAGINATION_CLASS": "core.api.pages.CursorPages",
    "DEFAULT_RENDERER_CLASSES": ["rest_framework.renderers.JSONRenderer"],
    "DEFAULT_PARSER_CLASSES": ["core.api.reading.LimitedJSONParser"],
    "DEFAULT_FILTER_BACKENDS": [
        "django_filters.rest_framework.DjangoFilterBackend",
        "core.api.pages.UpdatedSince",
    ],
    "DEFAULT_SCHEMA_CLASS": "drf_spectacular.openapi.AutoSchema",
    "DEFAULT_METADATA_CLASS": None,
    "EXCEPTION_HANDLER": "core.api.errors.error_response",
    "UNAUTHENTICATED_USER": None,
    "TEST_REQUEST_DEFAULT_FORMAT": "json",
}
SPECTACULAR_SETTINGS: dict[str, Any] = {
    "TITLE": "Storecast API",
    "DESCRIPTION": "Orders, products, stock, customers and forecasts of one shop. docs/api.md tells how to start.",
    "VERSION": "1",
    "OAS_VERSION": "3.1.0",
    "SERVE_INCLUDE_SCHEMA": False,
    "SERVE_AUTHENTICATION": [],
    "SERVE_PERMISSIONS": [],
    "SCHEMA_PATH_PREFIX": "/api/v1",
    "COMPONENT_SPLIT_REQUEST": True,
    "SORT_OPERATION_PARAMETERS": False,
    "ENUM_NAME_OVERRIDES": {
        "OrderChannel": "ecommerce.orders.models.Channel",
        "ConsentChannel": "ecommerce.customers.models.Consent.Channel",
        "CouponKind": "ecommerce.coupons.models.Coupon.Kind",
        "CouponState": "ecommerce.coupons.models.Coupon.State",
        "PointsKind": "ecommerce.loyalty.models.PointsEntry.Kind",
        "ProductState": "ecommerce.catalog.models.Product.State",
        "OrderState": "ecommerce.orders.models.Order.State",
        "ShipmentState": "ecommerce.fulfilment.models.Shipment.State",
        "ReturnState": "ecommerce.returns.models.Return.State",
        "StockMoveReason": "ecommerce.inventory.models.StockMove.Reason",
        "ReturnReason": "ecommerce.returns.models.Return.Reason",
        "ReturnSource": "ecommerce.returns.models.Return.Source",
        "ParcelReportKind": "ecommerce.fulfilment.models.TrackingEvent.Kind",
        "ReturnOutcome": "ecommerce.returns.models.Return.Outcome",
        "ForecastOutcome": "analytics.forecasts.models.ForecastRun.Outcome",
        "ReviewState": "ecommerce.reviews.models.Review.State",
        "ComplaintState": "ecommerce.complaints.models.Complaint.State",
        "NotificationState": "notifications.inbox.models.Notification.State",
        "DemandReason": "analytics.demand.models.DemandOutlook.Reason",
        "DemandRunState": "analytics.demand.api.STATES",
        "ForecastMeasure": "analytics.forecasts.models.Measure",
        "ShareMeasure": "analytics.markets.models.Measure",
        "OverrideMeasure": "analytics.accuracy.models.OverrideOf",
        "OwnEventKind": "analytics.calendar.models.OwnEvent.Kind",
        "OutsideSeriesKind": "analytics.calendar.models.OutsideSeries.Kind",
        "PromotionKind": "analytics.promotions.models.Promotion.Kind",
        "ScenarioState": "analytics.scenarios.models.Scenario.State",
    },
    "POSTPROCESSING_HOOKS": [
        "drf_spectacular.hooks.postprocess_schema_enums",
        "core.api.schema.document_errors",
    ],
}

LOGGING: dict[str, Any] = {
    "version": 1,
    "disable_existing_loggers": False,
    "filters": {"request": {"()": "core.middleware.RequestIdFilter"}},
    "formatters": {"line": {"format": "%(asctime)s %(levelname)s %(name)s [%(request_id)s] %(message)s"}},
    "handlers": {"stderr": {"class": "logging.StreamHandler", "formatter": "line", "filters": ["request"]}},
    "root": {"handlers": ["stderr"], "level": env.str("LOG_LEVEL", "INFO")},
    "loggers": {"django.db.backends": {"level": "WARNING"}, "django-q": {"level": "WARNING"}},
}
