"""The app's registration with Django."""

from django.apps import AppConfig

from core.discovery import load_features


class AnalyticsApp(AppConfig):
    name = "analytics"

    def ready(self) -> None:
        load_features(self, "events", "tasks", "handlers")
