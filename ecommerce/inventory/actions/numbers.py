"""Numbers and changes of transfers and counts, which at most one person makes at a time."""

from __future__ import annotations

from typing import Any

from django.utils import timezone
from django.utils.translation import gettext as _

from core.errors import Refused
from ecommerce.inventory.models import StockCount, StockCounter, Transfer


def next_number(prefix: str) -> str:
    """The next number of the merchant, such as "TR-12"; holds the counter's row until the transaction ends."""
    StockCounter.objects.get_or_create()
    counter = StockCounter.objects.select_for_update().get()
    counter.last += 1
    counter.save()
    return f"{prefix}-{counter.last}"


def write(thing: Transfer | StockCount, **fields: Any) -> None:
    """Write these fields if nobody has written the row since it was read. Raises Refused("changed_meanwhile")."""
    now = timezone.now()
    seen = type(thing).objects.filter(pk=thing.pk, state=thing.state, updated_at=thing.updated_at)
    if not seen.update(updated_at=now, **fields):
        message = _("Somebody else changed %(number)s a moment ago. Look at it again.") % {"number": thing.number}
        raise Refused("changed_meanwhile", message, status=409)
    for name, value in {"updated_at": now, **fields}.items():
        setattr(thing, name, value)


def wrong_state(thing: Transfer | StockCount) -> Refused:
    words = {"number": thing.number, "state": str(thing.get_state_display()).lower()}
    return Refused("wrong_state", _("%(number)s is %(state)s, so this cannot be done any more.") % words)
