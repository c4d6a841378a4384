"""Whether the activity log is what it was when it was written."""

from __future__ import annotations

from typing import Any

from django.core.management.base import BaseCommand, CommandError

from accounts.activity.models import ActivitySeal
from accounts.activity.sealing import broken_seals


class Command(BaseCommand):
    help = "Recompute the chain of seals over the activity log; exit 1 if an entry was changed, added or taken out."

    def handle(self, *args: Any, **options: Any) -> None:
        broken = broken_seals()
        for seal in broken:
            moment = f"{seal.at:%Y-%m-%d %H:%M} UTC"
            self.stdout.write(f"entries {seal.first_id} to {seal.last_id} are not what was sealed on {moment}")
        if broken:
            raise CommandError(f"{len(broken)} seals are broken")
        head = ActivitySeal.objects.order_by("-last_id").first()
        if head is None:
            self.stdout.write("nothing is sealed yet")
        else:
            self.stdout.write(f"every seal holds; the head is {head.digest} at entry {head.last_id}")
