"""What channels are offered of the stock: what is free, less what is kept back from them."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

from django.db.models import F, IntegerField, OuterRef, Q, QuerySet, Subquery, Sum

from ecommerce.catalog.channels import channel_label
from ecommerce.catalog.models import Variant
from ecommerce.inventory.models import ChannelBuffer, StockLevel
from ecommerce.inventory.rules import offered


def buffers() -> QuerySet[ChannelBuffer]:
    return ChannelBuffer.objects.select_related("variant").order_by("channel", F("variant__sku").asc(nulls_first=True))


def buffers_for(variants: Iterable[int]) -> QuerySet[ChannelBuffer]:
    """The buffers that may bear on these variants: their own, and the general ones."""
    return ChannelBuffer.objects.filter(Q(variant__isnull=True) | Q(variant__in=list(variants)))


def free_by_variant() -> QuerySet[Any]:
    """Every counted variant that is for sale, with `available` over all warehouses."""
    levels = StockLevel.objects.filter(variant=OuterRef("pk")).order_by()
    free = levels.values("variant").annotate(n=Sum(F("on_hand") - F("reserved"))).values("n")
    counted: QuerySet[Any] = Variant.objects.filter(is_active=True).annotate(
        available=Subquery(free, output_field=IntegerField())
    )
    return counted.filter(available__isnull=False)


def offer(variants: Iterable[Any], channel: str) -> list[dict[str, Any]]:
    """What a channel may offer of variants of free_by_variant(): a buffer of the variant's own goes before the general.

    One query, whatever the number of variants.
    """
    variants = list(variants)
    rows = buffers_for(variant.pk for variant in variants).filter(channel=channel)
    kept = {row.variant_id: (row.units, row.percent) for row in rows}
    general = kept.get(None, (0, 0))
    found = []
    for variant in variants:
        units, percent = kept.get(variant.pk, general)
        found.append(
            {
                "variant": variant.pk,
                "sku": variant.sku,
                "available": variant.available,
                "offered": offered(variant.available, units=units, percent=percent),
            }
        )
    return found


@dataclass(frozen=True)
class Offered:
    """What a channel is offered of one variant now. `kept` units are held back from it, by `units` and `percent` of a
    buffer that is the variant's `own` or the channel's general one. Without a channel: every one that has no buffer.
    """

    channel: str
    units: int
    percent: int
    own: bool
    kept: int
    offered: int

    @property
    def label(self) -> str:
        return channel_label(self.channel)


def offered_by_channel(variant: int, available: int) -> list[Offered]:
    """What each channel is offered of a variant with `available` units free: those with a buffer by name, then all
    others as one. By the same rule as offer(); one query."""
    kept: dict[str, ChannelBuffer] = {}
    for row in buffers_for([variant]).order_by("channel"):
        if row.variant_id is not None or row.channel not in kept:
            kept[row.channel] = row
    found = [
        _offered(row.channel, row.units, row.percent, row.variant_id is not None, available) for row in kept.values()
    ]
    return [*sorted(found, key=lambda one: one.label), _offered("", 0, 0, False, available)]


def _offered(channel: str, units: int, percent: int, own: bool, available: int) -> Offered:
    left = offered(available, units=units, percent=percent)
    return Offered(channel, units, percent, own, max(available, 0) - left, left)
