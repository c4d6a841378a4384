"""What the merchant decides about selling stock: how long unpaid orders hold it, and what channels are not offered."""

from __future__ import annotations

from django.db import transaction
from django.utils.translation import gettext as _

from accounts.activity.log import record
from core.actors import Actor
from core.errors import Refused
from ecommerce.catalog.models import Variant
from ecommerce.inventory.events import ChannelBufferSet, StockRulesSaved
from ecommerce.inventory.models import ChannelBuffer, StockRules
from ecommerce.inventory.rules import LONGEST_HOLD, MOST


@transaction.atomic
def save_rules(*, hold_minutes: int, actor: Actor) -> StockRules:
    """How many minutes an order that is not paid holds its stock; 0 for not at all."""
    if not 0 <= hold_minutes <= LONGEST_HOLD:
        message = _("Enter between 0 and %(most)s minutes.") % {"most": f"{LONGEST_HOLD:,}"}
        raise Refused("bad_minutes", message, hold_minutes=message)
    rules, _is_new = StockRules.objects.get_or_create()
    old, rules.hold_minutes = rules.hold_minutes, hold_minutes
    rules.save()
    if old != hold_minutes:
        record(
            StockRulesSaved(hold_minutes=hold_minutes),
            actor=actor,
            subject=rules,
            changes={"hold_minutes": (old, hold_minutes)},
        )
    return rules


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
