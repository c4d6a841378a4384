"""`manage.py flush`, which also empties the append-only tables."""

from __future__ import annotations

from typing import Any

from django.core.management.commands import flush

from core.append_only import lifted


class Command(flush.Command):
    """Django's own command with the append-only triggers lifted meanwhile. Test cases that commit end with it."""

    def handle(self, **options: Any) -> None:
        with lifted(options["database"]):
            super().handle(**options)
