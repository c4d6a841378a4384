"""manage.py worker: background work on this host."""

from __future__ import annotations

from typing import Any

from django.core.management.base import BaseCommand, CommandParser

from accounts.operations.cluster import run_cluster
from accounts.operations.supervisor import CLUSTERS, Supervisor


class Command(BaseCommand):
    help = "Run background work: the queues, the clock and the watchdog. Stops on SIGTERM or Ctrl-C."
    requires_system_checks: list[str] = []

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--only", choices=CLUSTERS, action="append", help="run this queue only; may be repeated")
        parser.add_argument("--cluster", choices=CLUSTERS, help="be one queue, unwatched (the worker starts these)")

    def handle(self, *args: Any, only: list[str] | None, cluster: str | None, **options: Any) -> None:
        if cluster:
            run_cluster(cluster)
        else:
            Supervisor(tuple(only or CLUSTERS)).run()
