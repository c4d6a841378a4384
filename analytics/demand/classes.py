"""The class by value of each variant: A for those that bring most of the sales, C for the long tail."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date, timedelta
from typing import Final

from django.db import transaction

from analytics.demand.models import DemandOutlook
from analytics.facts.queries import sales_by_variant
from core.among import Among

LOOKED: Final = timedelta(days=365)
A_UNTIL, B_UNTIL = 0.80, 0.95  # shares of all sales, the largest sellers first


def classes(values: Mapping[int, float]) -> dict[int, str]:
    """The class of each variant by what it sold for.

    The usual cuts (Silver, Pyke & Thomas, 4th ed. (2017), sec. 2.3): the largest sellers that together bring 80 % of
    the sales are A, the next 15 % B, all else C. The variant that reaches a cut still belongs to the class above it.
    """
    whole = sum(values.values())
    found, before = {}, 0.0
    for variant, value in sorted(values.items(), key=lambda one: (-one[1], one[0])):
        share = before / whole if whole > 0 and value > 0 else 1.0
        found[variant] = "A" if share < A_UNTIL else "B" if share < B_UNTIL else "C"
        before += value
    return found


@transaction.atomic
def classify(today: date) -> int:
    """Give the outlook of every variant its class by the sales of the last twelve months. Returns how many changed."""
    value = sales_by_variant(today - LOOKED, today - timedelta(days=1))
    known: dict[int, str] = dict(DemandOutlook.objects.order_by().values_list("variant_id", "abc"))
    wanted = classes(dict.fromkeys(known, 0.0) | value)
    changed = [variant for variant, kind in wanted.items() if known.get(variant, kind) != kind]
    for kind in "ABC":
        these = [variant for variant in changed if wanted[variant] == kind]
        if these:
            DemandOutlook.objects.filter(Among("variant_id", these)).update(abc=kind)
    return len(changed)
