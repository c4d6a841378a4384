"""The project with nothing around a view but the session and the person: what the bare views are served with."""

from config.settings import *  # noqa: F403

MIDDLEWARE = [
    "django.contrib.sessions.middleware.SessionMiddleware",
    "django.contrib.auth.middleware.AuthenticationMiddleware",
    "allauth.account.middleware.AccountMiddleware",  # allauth refuses to start without
]
ROOT_URLCONF = "bench.volume.bare"
TEMPLATES = [{"BACKEND": "django.template.backends.django.DjangoTemplates"}]
