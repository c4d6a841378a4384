"""The probes: alive, ready, and figures for those who may read them."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.db import connection
from django.db.utils import OperationalError
from django.utils import timezone

from accounts.models import Heartbeat, Job
from config import health


@pytest.fixture(autouse=True)
def _forget():
    health._all_applied.cache_clear()


def test_alive_without_a_database(client):
    """No db fixture: a query would fail the test."""
    response = client.get("/healthz")

    assert (response.status_code, response.content) == (200, b"ok\n")
    assert response["Cache-Control"].startswith("max-age=0")


def test_ready(client, db):
    response = client.get("/readyz")

    assert response.status_code == 200
    assert response.json() == {"database": "ok", "migrations": "ok", "cache": "ok"}


def test_not_ready_before_the_migrations(client, db):
    with connection.cursor() as cursor:
        cursor.execute("DELETE FROM django_migrations WHERE app = 'ecommerce'")

    response = client.get("/readyz")

    assert response.status_code == 503
    assert response.json()["migrations"] == "some are not applied: run manage.py migrate"


def test_not_ready_without_the_database(client, db):
    def refuse(execute, sql, params, many, context):
        raise OperationalError("gone")

    with connection.execute_wrapper(refuse):
        response = client.get("/readyz")

    assert response.status_code == 503
    assert response.json()["database"] == "does not answer"


def test_probes_work_without_tls(client, db, settings):
    settings.SECURE_SSL_REDIRECT = True

    assert [client.get(f"/{name}").status_code for name in ("healthz", "readyz", "metrics")] == [200, 200, 200]


def test_figures_of_the_machinery(client, db):
    now = timezone.now()
    Job.objects.create(task="a.b", cluster="long", due_at=now - timedelta(seconds=90))
    Job.objects.create(task="a.b", state=Job.State.FAILED)
    Heartbeat.objects.create(name="default", at=now - timedelta(seconds=5))

    lines = [line for line in client.get("/metrics").content.decode().splitlines() if not line.startswith("#")]

    assert 'storecast_jobs{queue="long",state="queued"} 1.0' in lines
    assert 'storecast_jobs{queue="default",state="failed"} 1.0' in lines
    figures = {line.rsplit(" ", 1)[0]: float(line.rsplit(" ", 1)[1]) for line in lines}
    assert figures['storecast_job_delay_seconds{queue="long"}'] == pytest.approx(90, abs=5)
    assert figures['storecast_heartbeat_age_seconds{name="default"}'] == pytest.approx(5, abs=5)


@pytest.mark.parametrize(
    "request_parts",
    [
        {"REMOTE_ADDR": "10.0.0.7"},
        {"HTTP_X_FORWARDED_FOR": "203.0.113.9"},
    ],
)
def test_figures_are_not_for_visitors(client, db, request_parts):
    assert client.get("/metrics", **request_parts).status_code == 404


@pytest.mark.parametrize(("token", "status"), [("right", 200), ("wrong", 404), ("", 404)])
def test_a_token_opens_the_figures_from_anywhere(client, db, settings, token, status):
    settings.METRICS_TOKEN = "right"
    headers = {"HTTP_AUTHORIZATION": f"Bearer {token}"} if token else {}

    assert client.get("/metrics", REMOTE_ADDR="10.0.0.7", **headers).status_code == status
