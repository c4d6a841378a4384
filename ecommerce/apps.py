"""The app's registration with Django."""

from typing import Any

from django.apps import AppConfig
from django.db import connections
from django.db.models.signals import post_migrate

from core.discovery import load_features


class EcommerceApp(AppConfig):
    name = "ecommerce"

    def ready(self) -> None:
        load_features(self, "events", "tasks", "handlers", "kinds", "stories")
        post_migrate.connect(keep_search, sender=self)


def keep_search(using: str, **kwargs: Any) -> None:
    """On SQLite, where a migration that rebuilds a table drops what was tied to it: the search over buyers again."""
    from ecommerce.search import ensure

    ensure(connections[using])
