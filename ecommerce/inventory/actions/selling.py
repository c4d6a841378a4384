"""What the merchant decides about selling stock, and the classes it is sorted into."""

from __future__ import annotations

from collections.abc import Mapping

from django.db import transaction
from django.utils.translation import gettext as _

from accounts.activity.log import record
from core.actors import Actor
from core.among import Among
from core.errors import Refused
from ecommerce.catalog.models import Variant
from ecommerce.inventory.events import ChannelBufferSet, StockRulesSaved
from ecommerce.inventory.models import ChannelBuffer, StockClass, StockRules
from ecommerce.inventory.rules import LONGEST_DEAD_DAYS, LONGEST_EXPIRY_DAYS, LONGEST_HOLD, MOST

BATCH = 1000


@transaction.atomic
def save_rules(
    *, hold_minutes: int, dead_days: int | None = None, expiry_days: int | None = None, actor: Actor
) -> StockRules:
    """How many minutes an order that is not paid holds its stock, 0 for not at all; after how many days without a
    sale stock counts as dead; and how many days before a lot expires people are told. What is not given stays."""
    if not 0 <= hold_minutes <= LONGEST_HOLD:
        message = _("Enter between 0 and %(most)s minutes.") % {"most": f"{LONGEST_HOLD:,}"}
        raise Refused("bad_minutes", message, hold_minutes=message)
    if dead_days is not None and not 1 <= dead_days <= LONGEST_DEAD_DAYS:
        message = _("Enter between 1 and %(most)s days.") % {"most": LONGEST_DEAD_DAYS}
        raise Refused("bad_days", message, dead_days=message)
    if expiry_days is not None and not 1 <= expiry_days <= LONGEST_EXPIRY_DAYS:
        message = _("Enter between 1 and %(most)s days.") % {"most": LONGEST_EXPIRY_DAYS}
        raise Refused("bad_days", message, expiry_days=message)
    rules, _is_new = StockRules.objects.get_or_create()
    wanted = {
        "hold_minutes": hold_minutes,
        "dead_days": rules.dead_days if dead_days is None else dead_days,
        "expiry_days": rules.expiry_days if expiry_days is None else expiry_days,
    }
    changes = {name: (old, new) for name, new in wanted.items() if (old := getattr(rules, name)) != new}
    for name, value in wanted.items():
        setattr(rules, name, value)
    rules.save()
    if changes:
        record(StockRulesSaved(**wanted), actor=actor, subject=rules, changes=changes)
    return rules


@transaction.atomic
def set_classes(found: Mapping[int, tuple[str, str]]) -> int:
    """Give variants, by id, their classes by value and by variability, all others none; returns how many changed."""
    StockClass.objects.exclude(Among("variant_id", found)).delete()
    known = {pk: (abc, xyz) for pk, abc, xyz in StockClass.objects.order_by().values_list("variant_id", "abc", "xyz")}
    changed = [(pk, kinds) for pk, kinds in sorted(found.items()) if known.get(pk) != kinds]
    StockClass.objects.bulk_create(
        [StockClass(variant_id=pk, abc=abc, xyz=xyz) for pk, (abc, xyz) in changed],
        BATCH,
        update_conflicts=True,
        unique_fields=["variant"],
        update_fields=["abc", "xyz"],
    )
    return len(changed)


@transaction.atomic
def set_buffer(
    channel: str, *, variant: Variant | None = None, units: int = 0, percent: int = 0, actor: Actor
) -> ChannelBuffer:
    """What a channel is not offered of a variant, or of all that have no buffer of their own there."""
    channel = channel.strip()
    if not channel or len(channel) > 16:
        message = _("Name the channel.")
        raise Refused("bad_channel", message, channel=message)
    if not 0 <= units <= MOST:
        message = _("Enter a count between 0 and %(most)s.") % {"most": f"{MOST:,}"}
        raise Refused("bad_quantity", message, units=message)
    if not 0 <= percent <= 100:
        message = _("Enter between 0 and 100 percent.")
        raise Refused("bad_percent", message, percent=message)
    buffer, _is_new = ChannelBuffer.objects.update_or_create(
        channel=channel, variant=variant, defaults={"units": units, "percent": percent}
    )
    _tell(buffer, actor)
    return buffer


@transaction.atomic
def remove_buffer(buffer: ChannelBuffer, *, actor: Actor) -> None:
    """Nothing is kept back by it any more."""
    buffer.units = buffer.percent = 0
    _tell(buffer, actor)
    buffer.delete()


def _tell(buffer: ChannelBuffer, actor: Actor) -> None:
    record(
        ChannelBufferSet(
            channel=buffer.channel, variant_id=buffer.variant_id, units=buffer.units, percent=buffer.percent
        ),
        actor=actor,
        subject=buffer,
    )
