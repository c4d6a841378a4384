"""Bundles on the shelf: a bundle has no stock of its own, what is reserved, shipped and taken back are its parts.

inventory.actions calls these where a variant is a bundle, and hands over how one part is dealt with. Parts are taken
in the order of their ids. A part that is not counted bounds nothing and is left alone, as it would be alone.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable

from ecommerce.catalog.models import BundlePart, Variant
from ecommerce.inventory.models import StockLevel

Take = Callable[[Variant, int], int]


def counted_parts(bundle: Variant) -> list[BundlePart]:
    """The parts of a bundle that stock is kept of."""
    parts = BundlePart.objects.filter(bundle=bundle, part__stock_levels__isnull=False)
    return list(parts.select_related("part").order_by("part_id").distinct())


def reserve_whole(bundle: Variant, quantity: int, take: Take, back: Take) -> int:
    """Reserve the parts of up to `quantity` bundles; returns for how many all parts were there.

    `take(part, units)` says how many it got; what was got of one part in vain, because another is short, goes back.
    """
    parts = counted_parts(bundle)
    got, whole = [], quantity
    for one in parts:
        units = take(one.part, whole * one.quantity) if whole else 0
        got.append(units)
        whole = min(whole, units // one.quantity)
    for one, units in zip(parts, got, strict=True):
        if units > whole * one.quantity:
            back(one.part, units - whole * one.quantity)
    return whole if parts else 0


def each_part(bundle: Variant, quantity: int, deal: Take) -> int:
    """Deal with the units of every counted part of `quantity` bundles; for how many of them all parts were there."""
    return min((deal(one.part, quantity * one.quantity) // one.quantity for one in counted_parts(bundle)), default=0)


def units_needed(lines: Iterable[tuple[Variant, int]]) -> list[dict[int, int]]:
    """What each line takes off the shelf, by variant id: of a bundle its counted parts, by one query."""
    rows = list(lines)
    bundles = {variant.pk for variant, _units in rows if variant.is_bundle}
    parts: dict[int, list[tuple[int, int]]] = {}
    if bundles:
        counted = BundlePart.objects.filter(bundle__in=bundles, part__stock_levels__isnull=False).distinct()
        for bundle, part, quantity in counted.order_by().values_list("bundle_id", "part_id", "quantity"):
            parts.setdefault(bundle, []).append((part, quantity))
    return [
        {part: units * quantity for part, quantity in parts.get(variant.pk, [])}
        if variant.is_bundle
        else {variant.pk: units}
        for variant, units in rows
    ]


def hold_levels(variants: Iterable[Variant | None], *, several: bool = False) -> None:
    """Lock what these variants take from, in the order of ids, where one of them is a bundle or, with `several`, they
    may be taken from several warehouses.

    Whoever goes through variants in the order of their ids meets a bundle's parts, and the levels of one variant, out
    of order; two of those could wait for each other. Call it before such a walk, in its transaction. Costs nothing
    without either.
    """
    rows = [one for one in variants if one is not None]
    bundles = [one.pk for one in rows if one.is_bundle]
    if not (bundles or several):
        return
    ids = {one.pk for one in rows} | set(
        BundlePart.objects.filter(bundle__in=bundles).values_list("part_id", flat=True)
    )
    levels = StockLevel.objects.filter(variant_id__in=ids).order_by("variant_id", "pk")
    list(levels.select_for_update(of=("self",)).values_list("pk", flat=True))
