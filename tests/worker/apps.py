"""The app's registration with Django."""

from django.apps import AppConfig


class WorkerTestApp(AppConfig):
    name = "tests.worker"
    label = "worker_tests"

    def ready(self) -> None:
        from tests.worker import tasks  # noqa: F401
