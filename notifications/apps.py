"""The app's registration with Django."""

from typing import Any

from django.apps import AppConfig
from django.db import connections
from django.db.models.signals import post_migrate

from core.discovery import load_features


class NotificationsApp(AppConfig):
    name = "notifications"

    def ready(self) -> None:
        load_features(self, "events", "tasks", "handlers", "stories")
        post_migrate.connect(keep_search, sender=self)


def keep_search(using: str, **kwargs: Any) -> None:
    """On SQLite, where a migration that rebuilds a table drops what was tied to it: the search of inboxes again."""
    from notifications.inbox.listing import TEXTS

    if TEXTS.table in connections[using].introspection.table_names():
        TEXTS.ensure(connections[using])
