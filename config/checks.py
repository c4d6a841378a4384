"""System checks: what would go wrong in production is said at start, with the way to mend it.

E0xx stops every command, W0xx is printed. Those that only matter in production run with `manage.py check --deploy`,
those that ask the database with `manage.py migrate` and `manage.py check --database default`.
"""

from __future__ import annotations

import os
import sqlite3
from collections.abc import Callable, Sequence
from typing import Any
from urllib.parse import urlsplit

from django.apps import AppConfig
from django.conf import settings
from django.core.checks import CheckMessage, Error, Tags, Warning, register
from django.db import DatabaseError, connections
from django.http.request import validate_host

from notifications.mail.providers import PASSWORD, PROVIDERS

Apps = Sequence[AppConfig] | None
Check = Callable[..., list[CheckMessage]]

SHORTEST_SECRET = 16
# Below this a write-ahead log could be reset while it was read, and the file be left malformed (sqlite.org/wal.html).
SQLITE_SOUND = (3, 51, 3)
# What each connection must have in force: a wrong place in OPTIONS would be silent.
PRAGMAS = {"journal_mode": "wal", "synchronous": 2, "foreign_keys": 1, "recursive_triggers": 1, "busy_timeout": 20000}


def _host() -> str:
    return urlsplit(settings.BASE_URL).hostname or ""


def _on_this_machine(host: str) -> bool:
    return host in ("127.0.0.1", "localhost", "::1")


@register()
def address(app_configs: Apps, **kwargs: Any) -> list[CheckMessage]:
    """Links in mails start with BASE_URL, so it must be an address that the product answers to."""
    parts = urlsplit(settings.BASE_URL)
    if parts.scheme not in ("http", "https") or not parts.hostname:
        return [
            Error(f"BASE_URL is {settings.BASE_URL!r}.", hint="Set it like https://shop.example.", id="storecast.E001")
        ]
    if not settings.DEBUG and not validate_host(_host(), settings.ALLOWED_HOSTS):
        hint = f"Add {_host()} to ALLOWED_HOSTS, or mend BASE_URL."
        return [Error(f"{_host()}, the host of BASE_URL, is not in ALLOWED_HOSTS.", hint=hint, id="storecast.E002")]
    return []


@register()
def queues(app_configs: Apps, **kwargs: Any) -> list[CheckMessage]:
    """A task must not be handed out again while it still runs."""
    found: list[CheckMessage] = []
    common = {key: value for key, value in settings.Q_CLUSTER.items() if key != "ALT_CLUSTERS"}
    for name, own in settings.Q_CLUSTER["ALT_CLUSTERS"].items():
        queue = {**common, **own}
        needed = (queue["timeout"] + 3) * (1 + queue["queue_limit"] / queue["workers"])
        if queue["retry"] <= needed:
            found.append(
                Error(
                    f"The queue {name} hands a task out again after {queue['retry']} s, while it may still run.",
                    hint=f"Raise its retry above {needed:.0f} s in Q_CLUSTER, or give it more workers.",
                    id="storecast.E003",
                )
            )
    return found


@register()
def sqlite_version(app_configs: Apps, **kwargs: Any) -> list[CheckMessage]:
    from_file = settings.DATABASES["default"]["ENGINE"].endswith("sqlite3")
    if not from_file or sqlite3.sqlite_version_info >= SQLITE_SOUND:
        return []
    return [
        Warning(
            f"SQLite {sqlite3.sqlite_version} can damage its file when several processes write.",
            hint="Install the package pysqlite3 from requirements.txt (it brings a newer SQLite), or use PostgreSQL.",
            id="storecast.W004",
        )
    ]


@register(Tags.database)
def sqlite_pragmas(app_configs: Apps, databases: Sequence[str] | None = None, **kwargs: Any) -> list[CheckMessage]:
    """Read back from a live connection, so that what counts is what is in force."""
    found: list[CheckMessage] = []
    for alias in databases or ():
        connection = connections[alias]
        if connection.vendor != "sqlite" or connection.is_in_memory_db():  # type: ignore[attr-defined]
            continue
        try:
            with connection.cursor() as cursor:
                for name, wanted in PRAGMAS.items():
                    [value] = cursor.execute(f"PRAGMA {name}").fetchone()
                    if value != wanted:
                        hint = "Mend DATABASES['default']['OPTIONS'] in config/settings.py."
                        said = f"SQLite's {name} is {value} instead of {wanted}."
                        found.append(Error(said, hint=hint, id="storecast.E005"))
        except DatabaseError as error:
            hint = "Is DATABASE_URL right, and may this process write to the file and its folder?"
            found.append(Error(f"The database does not answer: {error}", hint=hint, id="storecast.E006"))
    return found


@register()
def folders(app_configs: Apps, **kwargs: Any) -> list[CheckMessage]:
    if os.access(settings.VAR_DIR, os.W_OK):
        return []
    hint = "Let the process write there, or set VAR_DIR to a folder that it may write to."
    return [Error(f"{settings.VAR_DIR} cannot be written to.", hint=hint, id="storecast.E007")]


@register(deploy=True)
def secrets(app_configs: Apps, **kwargs: Any) -> list[CheckMessage]:
    """Whoever holds SECRET_KEY can sign tasks, which run as code."""
    if len(settings.SECRET_KEY) >= 50 and len(set(settings.SECRET_KEY)) > 10:
        return []
    hint = "Set 50 random characters: python -c 'import secrets; print(secrets.token_urlsafe(50))'"
    return [Error("SECRET_KEY is short or easily guessed.", hint=hint, id="storecast.E010")]


@register()
def mail_reports(app_configs: Apps, **kwargs: Any) -> list[CheckMessage]:
    """Who reports of mails must be known, and be able to prove it."""
    name, secret = settings.MAIL_WEBHOOK_PROVIDER, settings.MAIL_WEBHOOK_SECRET
    if not name:
        return []
    provider = PROVIDERS.get(name)
    if provider is None:
        hint = f"Set one of {', '.join(sorted(PROVIDERS))}, or leave it empty."
        return [Error(f"MAIL_WEBHOOK_PROVIDER is {name!r}.", hint=hint, id="storecast.E008")]
    if len(secret) < SHORTEST_SECRET or (provider.secret == PASSWORD and ":" not in secret):
        hint = "Set user:password" if provider.secret == PASSWORD else "Set the provider's signing key"
        said = f"MAIL_WEBHOOK_SECRET does not prove that a report comes from {name}."
        return [Error(said, hint=f"{hint}, of at least {SHORTEST_SECRET} characters.", id="storecast.E009")]
    return []


@register(deploy=True)
def production(app_configs: Apps, **kwargs: Any) -> list[CheckMessage]:
    """What is right on a desk and wrong on the internet."""
    found: list[CheckMessage] = []
    if settings.DEBUG:
        found.append(Error("DEBUG shows code and settings to visitors.", hint="Unset DEBUG.", id="storecast.E011"))
    if settings.DEMO:
        said = "DEMO shows every mail to everybody and has accounts with known passwords."
        found.append(Error(said, hint="Unset DEMO and start with an empty database.", id="storecast.E012"))
    if not settings.STAFF_MFA_REQUIRED:
        said = "Platform staff may sign in with a password alone."
        found.append(Error(said, hint="Unset STAFF_MFA_REQUIRED.", id="storecast.E013"))
    if not settings.HTTPS:
        said = "BASE_URL is not https, so cookies travel in the open."
        found.append(Warning(said, hint="Put a proxy with TLS in front and set BASE_URL.", id="storecast.W014"))
    if settings.CACHES["default"]["BACKEND"].endswith("LocMemCache"):
        said = "Each process has a cache of its own, so limits on attempts and requests count per process."
        found.append(Warning(said, hint="Set CACHE_URL to a cache all processes share.", id="storecast.W015"))
    if _on_this_machine(str(settings.SMTP["host"])) and int(settings.SMTP["port"]) == 1025:
        said = "Mail goes to port 1025 of this machine, where in production nobody listens."
        found.append(Warning(said, hint="Set EMAIL_URL to your mail server.", id="storecast.W016"))
    return found
