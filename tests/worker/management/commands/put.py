"""manage.py put TASK ARG…: queue one of the misbehaving tasks (arguments are JSON)."""

import json

from django.core.management.base import BaseCommand

from accounts.jobs.queue import enqueue
from tests.worker import tasks


class Command(BaseCommand):
    requires_system_checks: list[str] = []

    def add_arguments(self, parser):
        parser.add_argument("task")
        parser.add_argument("args", nargs="*")

    def handle(self, *args, task, **options):
        print(enqueue(getattr(tasks, task), *[json.loads(arg) for arg in args]).pk)
