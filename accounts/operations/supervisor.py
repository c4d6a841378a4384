"""The worker: keeps the queues' processes alive and does what must happen though no process of theirs does.

A queue is healthy when it shows life: it executed a probe and acknowledged it, or it takes and finishes jobs. That its
processes exist says nothing (a worker killed while it waits leaves the rest waiting for ever).
"""

from __future__ import annotations

import logging
import os
import signal
import socket
import time
import uuid
from collections.abc import Callable
from datetime import datetime, timedelta
from functools import partial
from types import FrameType

from django.conf import settings
from django.db import DatabaseError, close_old_connections, connection
from django.db.models import Max
from django.utils import timezone
from django_q.models import Task as QueueRecord
from django_q.tasks import async_task

from accounts.jobs.models import Heartbeat, Job
from accounts.jobs.runner import beat, release, sweep
from accounts.operations.cluster import ClusterProcess, adopt_orphans, reap
from accounts.operations.periodic import tick

log = logging.getLogger(__name__)

PROBE = "accounts.jobs.runner.probe"
CLUSTERS = ("default", "long")


class Supervisor:
    """Runs until SIGTERM or SIGINT. Any number may run, on one host or several."""

    def __init__(self, clusters: tuple[str, ...] = CLUSTERS) -> None:
        self.id = f"{socket.gethostname()[:50]}:{os.getpid()}"
        self.clusters = [ClusterProcess(name, self.id) for name in clusters]
        self.stops = 0
        self.turn_at: dict[str, float] = {}
        self.silent_since: float | None = None
        self.judge_from = 0.0

    def run(self) -> None:
        for number in (signal.SIGTERM, signal.SIGINT):
            signal.signal(number, self._on_stop)
        adopt_orphans()
        self._be_quick()
        while not self.stops:
            self._keep_processes()
            self._every("sweep", 2, sweep)
            self._every("tick", 5, tick)
            self._every("beat", 15, lambda: beat(f"supervisor@{self.id}", clusters=[c.name for c in self.clusters]))
            for cluster in self.clusters:
                self._every(f"watch {cluster.name}", settings.JOB_PROBE / 12, partial(self._watch, cluster))
            time.sleep(0.25)
        self._stop()

    def _on_stop(self, number: int, frame: FrameType | None) -> None:
        self.stops += 1

    @staticmethod
    def _be_quick() -> None:
        """A supervisor that waits for a locked database could not stop in time: it comes back to it later instead."""
        if connection.vendor == "sqlite":
            connection.settings_dict.setdefault("OPTIONS", {})["timeout"] = 3

    def _every(self, name: str, seconds: float, work: Callable[[], object]) -> None:
        """Do `work` now and then. A database that is away for a while is waited for, whatever the work."""
        now = time.monotonic()
        if now < self.turn_at.get(name, 0.0) or self.stops:
            return
        self.turn_at[name] = now + seconds
        close_old_connections()
        try:
            work()
        except DatabaseError as fault:
            connection.close()
            self.judge_from = time.monotonic()
            if self.silent_since is None:
                self.silent_since = now
                log.warning("the database does not answer (%s); waiting for it", fault)
        except Exception:  # the other duties must go on
            log.exception("the worker's duty %r failed", name)
        else:
            if self.silent_since is not None:
                log.warning("the database answers again after %.0f seconds", time.monotonic() - self.silent_since)
                self.silent_since = None

    def _keep_processes(self) -> None:
        reap({cluster.process.pid for cluster in self.clusters if cluster.process})
        for cluster in self.clusters:
            if cluster.is_running:
                continue
            if cluster.process is not None and cluster.process.returncode is not None:
                log.error("queue %s ended by itself (code %s)", cluster.name, cluster.process.returncode)
                self._clear_away(cluster)
            if time.monotonic() >= cluster.not_before:
                cluster.start()

    def _clear_away(self, cluster: ClusterProcess) -> None:
        cluster.kill()
        cluster.process = None
        cluster.pause_before_restart()
        try:
            release(cluster.name, self.id, counted=True)
        except DatabaseError:
            log.warning("could not free the jobs of queue %s; their leases will run out", cluster.name)

    def _watch(self, cluster: ClusterProcess) -> None:
        """Send a probe when one is due; restart the cluster when it has shown no life for too long."""
        now = timezone.now()
        stale = timedelta(seconds=settings.JOB_STALE)
        mine = Heartbeat.objects.filter(name=f"{cluster.name}@{self.id}").first()
        seen = [mine.at] if mine else []
        if mine and now - mine.at > stale and not QueueRecord.objects.filter(name=mine.detail["probe"]).exists():
            self._restart(cluster, "it executes work but acknowledges none")
            return
        worked = self._worked_at(cluster, now)
        seen += [worked] if worked else []
        # A cluster just started, or one that had no database to work with, is given the full time.
        grace = time.monotonic() - max(cluster.started, self.judge_from)
        if cluster.is_running and grace > settings.JOB_STALE and (not seen or now - max(seen) > stale):
            self._restart(cluster, f"no sign of life since {max(seen):%H:%M:%S}" if seen else "it never showed life")
            return
        # Several supervisors share a queue, and any of them may get the probe: who gets none asks more often.
        late = not mine or (now - mine.at).total_seconds() > 2 * settings.JOB_PROBE
        self._every(f"probe {cluster.name}", settings.JOB_PROBE / (4 if late else 1), partial(self._probe, cluster))

    def _probe(self, cluster: ClusterProcess) -> None:
        number = uuid.uuid4().hex
        async_task(PROBE, self.id, number, cluster=cluster.name, save=True, task_name=number, timeout=30)

    def _worked_at(self, cluster: ClusterProcess, now: datetime) -> datetime | None:
        """When this cluster last took or ended a job; now, while it holds a lease that is kept fresh."""
        since = now - timedelta(seconds=settings.JOB_STALE)
        jobs = Job.objects.filter(cluster=cluster.name, worker=self.id)
        if jobs.filter(state=Job.State.RUNNING, lease_until__gt=now).exists():
            return now
        over = jobs.filter(state__in=[Job.State.DONE, Job.State.FAILED], finished_at__gt=since)
        recent = over.aggregate(at=Max("finished_at"))
        return recent["at"]  # type: ignore[no-any-return]

    def _restart(self, cluster: ClusterProcess, why: str) -> None:
        log.error("restarting queue %s: %s", cluster.name, why)
        self._clear_away(cluster)
        cluster.not_before = 0.0
        beat(f"restart {cluster.name}@{self.id}", why=why)

    def _stop(self) -> None:
        """Let the work in hand finish for a few seconds, then cut off the rest: it is done after the next start."""
        log.info("stopping")
        for cluster in self.clusters:
            cluster.ask_to_stop()
        deadline = time.monotonic() + settings.WORKER_STOP
        while time.monotonic() < deadline and self.stops < 2 and any(c.is_running for c in self.clusters):
            time.sleep(0.1)
        for cluster in self.clusters:
            cluster.kill()
            try:
                release(cluster.name, self.id, counted=False)
                Heartbeat.objects.filter(name__in=[f"{cluster.name}@{self.id}", f"supervisor@{self.id}"]).delete()
            except DatabaseError:
                log.warning("could not free the jobs of queue %s; their leases will run out", cluster.name)
        log.info("stopped")
