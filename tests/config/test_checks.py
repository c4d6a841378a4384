"""What would go wrong in production is said at start."""

from __future__ import annotations

import sqlite3

import pytest
from django.core.checks import run_checks
from django.db import connection

from config import checks


def said(**options) -> list[str]:
    return [message.id for message in run_checks(**options) if message.id and message.id.startswith("storecast.")]


@pytest.fixture
def in_production(settings):
    settings.SECRET_KEY = "Zk3" + "abcdefghijklmnopqrstuvwxyz0123456789" * 2
    settings.BASE_URL = "https://shop.example"
    settings.HTTPS = True
    settings.ALLOWED_HOSTS = ["shop.example"]
    settings.DEBUG = settings.DEMO = False
    settings.STAFF_MFA_REQUIRED = True
    settings.CACHES = {"default": {"BACKEND": "django.core.cache.backends.db.DatabaseCache", "LOCATION": "cache"}}
    settings.SMTP = {**settings.SMTP, "host": "mail.example", "port": 587}
    return settings


def test_a_sound_production_has_nothing_to_say(in_production):
    assert said(include_deployment_checks=True) == []


@pytest.mark.parametrize(
    ("name", "value", "complaint"),
    [
        ("SECRET_KEY", "secret", "storecast.E010"),
        ("SECRET_KEY", "a" * 80, "storecast.E010"),
        ("DEBUG", True, "storecast.E011"),
        ("DEMO", True, "storecast.E012"),
        ("STAFF_MFA_REQUIRED", False, "storecast.E013"),
        ("HTTPS", False, "storecast.W014"),
        ("CACHES", {"default": {"BACKEND": "django.core.cache.backends.locmem.LocMemCache"}}, "storecast.W015"),
        ("SMTP", {"host": "127.0.0.1", "port": 1025}, "storecast.W016"),
    ],
)
def test_what_is_wrong_in_production_only(in_production, name, value, complaint):
    setattr(in_production, name, value)

    assert said(include_deployment_checks=True) == [complaint]
    assert said() == []


@pytest.mark.parametrize(
    ("name", "value", "complaint"),
    [
        ("BASE_URL", "shop.example", "storecast.E001"),
        ("BASE_URL", "https://other.example", "storecast.E002"),
        ("VAR_DIR", "/proc/nowhere", "storecast.E007"),
    ],
)
def test_what_is_wrong_everywhere(in_production, name, value, complaint):
    setattr(in_production, name, value)

    assert said() == [complaint]


def test_a_task_must_not_be_handed_out_while_it_runs(in_production):
    queue = in_production.Q_CLUSTER
    in_production.Q_CLUSTER = {**queue, "retry": queue["timeout"] + 10}

    assert said() == ["storecast.E003"]


def test_an_old_sqlite_is_named(in_production, monkeypatch):
    in_production.DATABASES = {"default": {"ENGINE": "django.db.backends.sqlite3"}}
    monkeypatch.setattr(sqlite3, "sqlite_version_info", (3, 40, 1))

    assert said() == ["storecast.W004"]


@pytest.mark.django_db(transaction=True)
def test_pragmas_are_read_back(tmp_path):
    if connection.vendor != "sqlite":
        pytest.skip("SQLite only")
    with connection.cursor() as cursor:
        cursor.execute("PRAGMA recursive_triggers=OFF")
        try:
            messages = checks.sqlite_pragmas(None, databases=["default"])
        finally:
            cursor.execute("PRAGMA recursive_triggers=ON")

    # The database of the tests may lie in memory, where the check has nothing to read.
    assert [message.id for message in messages] == ([] if connection.is_in_memory_db() else ["storecast.E005"])
