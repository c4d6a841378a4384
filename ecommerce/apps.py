"""The app's registration with Django."""

from django.apps import AppConfig

from core.discovery import load_features


class EcommerceApp(AppConfig):
    name = "ecommerce"

    def ready(self) -> None:
        load_features(self, "events", "tasks", "handlers", "kinds")
