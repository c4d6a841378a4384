"""The app's registration with Django."""

from datetime import timedelta

from django.apps import AppConfig

from core import schedule
from core.schedule import PeriodicJob


class WorkerTestApp(AppConfig):
    name = "tests.worker"
    label = "worker_tests"

    def ready(self) -> None:
        from tests.worker import tasks

        schedule.define([PeriodicJob("yearly", tasks.yearly, every=timedelta(days=365))])
