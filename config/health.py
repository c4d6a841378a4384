"""What a load balancer, a process manager and a monitoring system ask."""

from __future__ import annotations

import hmac
from collections.abc import Iterator
from functools import cache

from django.conf import settings
from django.core.cache import caches
from django.db import DatabaseError, connection
from django.db.migrations.executor import MigrationExecutor
from django.db.models import Count, Min
from django.http import Http404, HttpRequest, HttpResponse, JsonResponse
from django.utils import timezone
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_safe
from prometheus_client import CONTENT_TYPE_LATEST, CollectorRegistry, generate_latest
from prometheus_client.core import GaugeMetricFamily, Metric
from prometheus_client.registry import Collector

from accounts.jobs.models import Heartbeat, Job
from core.access import open_view


@open_view("says only that the process answers")
@require_safe
@never_cache
def healthz(request: HttpRequest) -> HttpResponse:
    """Is this process alive? Asks nothing else, so that a database that is down does not get web processes killed."""
    return HttpResponse("ok\n", content_type="text/plain")


@open_view("names parts of the machinery, no data")
@require_safe
@never_cache
def readyz(request: HttpRequest) -> HttpResponse:
    """May this process get requests? 503 while the database, its migrations or the cache are not there."""
    found = {"database": _database(), "migrations": _migrations(), "cache": _cache()}
    ready = all(answer == "ok" for answer in found.values())
    return JsonResponse(found, status=200 if ready else 503)


def _database() -> str:
    try:
        with connection.cursor() as cursor:
            cursor.execute("SELECT 1")
    except DatabaseError:
        return "does not answer"
    return "ok"


@cache
def _all_applied(target: str) -> bool:
    """Remembers the good answer only: a database does not lose migrations while a process runs."""
    executor = MigrationExecutor(connection)
    if executor.migration_plan(executor.loader.graph.leaf_nodes()):
        raise LookupError
    return True


def _migrations() -> str:
    try:
        _all_applied(str(connection.settings_dict["NAME"]))
    except LookupError:
        return "some are not applied: run manage.py migrate"
    except DatabaseError:
        return "unknown"
    return "ok"


def _cache() -> str:
    try:
        caches["default"].set("readyz", 1, 5)
        return "ok" if caches["default"].get("readyz") == 1 else "does not keep what is put into it"
    except Exception:  # each backend raises its own kinds
        return "does not answer"


@open_view("only from this machine, or with METRICS_TOKEN")
@require_safe
@never_cache
def metrics(request: HttpRequest) -> HttpResponse:
    """Gauges for Prometheus, all read from the database, so that any web process can answer for the whole product."""
    if not _may_read_metrics(request):
        raise Http404
    registry = CollectorRegistry()
    registry.register(Machinery())
    return HttpResponse(generate_latest(registry), content_type=CONTENT_TYPE_LATEST)


def _may_read_metrics(request: HttpRequest) -> bool:
    if settings.METRICS_TOKEN:
        given = request.headers.get("Authorization", "").removeprefix("Bearer ")
        return hmac.compare_digest(given.encode(), settings.METRICS_TOKEN.encode())
    # A proxy on this machine makes every visitor look local, so what came through one does not count as local.
    forwarded = any(name in request.headers for name in ("X-Forwarded-For", "X-Forwarded-Proto", "Forwarded"))
    return request.META.get("REMOTE_ADDR") in ("127.0.0.1", "::1") and not forwarded


class Machinery(Collector):
    """Background work: how much waits, for how long, and whether the parts that do it are alive."""

    def collect(self) -> Iterator[Metric]:
        now = timezone.now()
        jobs = GaugeMetricFamily("storecast_jobs", "Jobs by queue and state", labels=["queue", "state"])
        for queue, state, count in Job.objects.order_by().values_list("cluster", "state").annotate(Count("pk")):
            jobs.add_metric([queue, state], count)
        yield jobs
        waiting = GaugeMetricFamily(
            "storecast_job_delay_seconds", "How long the oldest due job has been waiting", labels=["queue"]
        )
        due = Job.objects.order_by().filter(state=Job.State.QUEUED, due_at__lte=now)
        for queue, oldest in due.values_list("cluster").annotate(Min("due_at")):
            waiting.add_metric([queue], (now - oldest).total_seconds())
        yield waiting
        beats = GaugeMetricFamily(
            "storecast_heartbeat_age_seconds", "Since when a part of the machinery is silent", labels=["name"]
        )
        for name, at in Heartbeat.objects.values_list("name", "at"):
            beats.add_metric([name], (now - at).total_seconds())
        yield beats
