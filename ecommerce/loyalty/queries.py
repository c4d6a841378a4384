"""What points buyers have, where they came from and when they end."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Iterator
from dataclasses import dataclass
from datetime import date

from django.db.models import OuterRef, QuerySet, Subquery

from ecommerce.customers.models import Customer
from ecommerce.loyalty.models import PointsEntry, PointsRules
from ecommerce.loyalty.rules import Lot, Step, ending, lots

CHUNK = 500


@dataclass(frozen=True)
class Standing:
    """A buyer's points: how many, and how many of them end by when; None where none end."""

    balance: int
    ending: int = 0
    ends_on: date | None = None


@dataclass(frozen=True)
class Ending:
    """Points of a buyer that end soon; `on` is the first day on which some do."""

    customer_id: int
    points: int
    on: date


def points_rules() -> PointsRules:
    """The shop's terms; an unsaved row of defaults, with points off, where it has none."""
    return PointsRules.objects.first() or PointsRules()


def ledger_of(customer: Customer) -> QuerySet[PointsEntry]:
    """Every change of a buyer's points, newest first."""
    return (
        PointsEntry.objects.filter(customer=customer)
        .select_related("order__merchant", "coupon__merchant")
        .order_by("-sequence")
    )


def balance_of(customer: Customer) -> int:
    """The points the buyer has now."""
    newest = PointsEntry.objects.filter(customer=customer).order_by("-sequence")
    return newest.values_list("balance", flat=True).first() or 0


def newest_of(customer_ids: Collection[int]) -> dict[int, tuple[int, int]]:
    """The number of the newest entry of each buyer, and the points after it; (0, 0) for who has none."""
    newest = PointsEntry.objects.filter(customer=OuterRef("pk")).order_by("-sequence")
    rows = Customer.objects.filter(pk__in=customer_ids).annotate(
        last=Subquery(newest.values("sequence")[:1]), left=Subquery(newest.values("balance")[:1])
    )
    return {pk: (last or 0, left or 0) for pk, last, left in rows.values_list("pk", "last", "left")}


def steps_of(customer_ids: Collection[int]) -> dict[int, list[Step]]:
    """The ledgers of buyers, oldest entry first."""
    rows = PointsEntry.objects.filter(customer__in=customer_ids).order_by("customer_id", "sequence")
    found: dict[int, list[Step]] = defaultdict(list)
    for customer_id, points, expires_on in rows.values_list("customer_id", "points", "expires_on"):
        found[customer_id].append(Step(points, expires_on))
    return found


def lots_of(customer: Customer) -> list[Lot]:
    """What is left of the buyer's points, those that end soonest first."""
    return lots(steps_of([customer.pk])[customer.pk])


def standing_of(customer: Customer) -> Standing:
    """The buyer's points and the first of them to end."""
    left = lots_of(customer)
    first = next((lot.expires_on for lot in left if lot.expires_on), None)
    soonest = sum(lot.left for lot in left if first is not None and lot.expires_on == first)
    return Standing(sum(lot.left for lot in left), soonest, first)


def holders(*, ending_from: date | None, ending_until: date) -> Iterator[list[int]]:
    """Buyers with points, of whom some were good until a day in that time, in stretches of up to 500 ids."""
    newest = PointsEntry.objects.filter(customer=OuterRef("customer")).order_by("-sequence").values("balance")[:1]
    rows = PointsEntry.objects.filter(points__gt=0, expires_on__lte=ending_until)
    if ending_from is not None:
        rows = rows.filter(expires_on__gte=ending_from)
    after = 0
    while True:
        some = rows.filter(customer__gt=after).annotate(now=Subquery(newest)).filter(now__gt=0)
        ids = list(some.order_by("customer_id").values_list("customer_id", flat=True).distinct()[:CHUNK])
        if not ids:
            return
        yield ids
        after = ids[-1]


def ending_soon(first: date, last: date) -> Iterator[list[Ending]]:
    """Buyers whose points end from one day to another, with how many; in stretches of up to 500."""
    for ids in holders(ending_from=first, ending_until=last):
        found = [(pk, *ending(steps, first, last)) for pk, steps in steps_of(ids).items()]
        yield [Ending(pk, points, on) for pk, points, on in found if points and on is not None]
