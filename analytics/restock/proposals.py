"""From variants that should be ordered to orders that can be sent: by supplier, in numbers they sell."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal
from typing import Any

from analytics.demand.models import DemandOutlook
from analytics.demand.words import chance
from analytics.restock.models import ProposalAnswer
from analytics.restock.rules import Offer, choose
from core.among import Among
from core.money import cents
from ecommerce.catalog.models import Variant
from ecommerce.purchasing.models import PurchaseLine, Supplier
from ecommerce.purchasing.queries import prices_on
from ecommerce.purchasing.rules import DRAFT, ZERO

MOST = 2000  # variants looked at; those that run out first come first


@dataclass(frozen=True)
class Row:
    """Units of a variant: `wanted` by the forecast, `units` as the supplier sells them (from `minimum` on, in multiples
    of `multiple`), at `price` each. `outlook` says why."""

    variant: Variant
    wanted: int
    units: int
    price: Decimal
    minimum: int
    multiple: int
    outlook: DemandOutlook

    @property
    def gap(self) -> str:
        """The chance to run out before an order of today is there, in words of a percentage."""
        return "–" if self.outlook.gap is None else chance(self.outlook.gap)

    @property
    def total(self) -> Decimal:
        return cents(self.units * self.price)


@dataclass
class Group:
    """What is to be ordered from one supplier."""

    supplier: Supplier
    rows: list[Row] = field(default_factory=list)

    @property
    def total(self) -> Decimal:
        return sum((row.total for row in self.rows), ZERO)


@dataclass(frozen=True)
class Left:
    """A variant that is not in an order: `why` is a code of rules.choose(), "drafted" in `number`, or "dismissed"
    until the day `until` for a `reason`."""

    variant: Variant
    wanted: int
    why: str
    number: str = ""
    until: date | None = None
    reason: str = ""


@dataclass(frozen=True)
class Proposal:
    groups: Sequence[Group]
    left: Sequence[Left]


def proposal(today: date, currency: str) -> Proposal:
    """Every variant that the demand forecast says to order, given to the supplier it is best bought from.

    `currency` is the shop's. A variant that already stands in a draft is left out, so that asking twice does not order
    twice, and so is one that somebody dismissed until a later day. Four queries.
    """
    outlooks = DemandOutlook.objects.to_order().filter(variant__is_active=True, order_quantity__gt=0)
    wanted = list(outlooks.select_related("variant__product").order_by("lasts", "pk")[:MOST])
    ids = [one.variant_id for one in wanted]
    suppliers, offers = _offers(ids, today)
    drafts: Any = PurchaseLine.objects.filter(Among("variant_id", ids), order__state=DRAFT).order_by("pk")
    drafted = dict(drafts.values_list("variant_id", "order__number"))
    dismissed = dismissals(ids, today)
    groups: dict[int, Group] = {}
    left = []
    for one in wanted:
        if one.variant_id in drafted:
            left.append(Left(one.variant, one.order_quantity, "drafted", drafted[one.variant_id]))
            continue
        if (no := dismissed.get(one.variant_id)) is not None:
            left.append(Left(one.variant, one.order_quantity, "dismissed", until=no.until, reason=no.reason))
            continue
        found = choose(one.order_quantity, offers.get(one.variant_id, ()), currency)
        if isinstance(found, str):
            left.append(Left(one.variant, one.order_quantity, found))
            continue
        offer, units = found
        group = groups.setdefault(offer.supplier_id, Group(suppliers[offer.supplier_id]))
        row = Row(one.variant, one.order_quantity, units, offer.price, offer.minimum, offer.multiple, one)
        group.rows.append(row)
    return Proposal(sorted(groups.values(), key=lambda group: group.supplier.name), left)


def dismissals(variants: Iterable[int], today: date) -> dict[int, ProposalAnswer]:
    """The newest dismissal of each variant that still counts on a day."""
    rows: Any = ProposalAnswer.objects.dismissed().filter(Among("variant_id", variants), until__gt=today)
    return {row.variant_id: row for row in rows.order_by("at", "pk")}


def _offers(variants: Iterable[int], today: date) -> tuple[dict[int, Supplier], dict[int, list[Offer]]]:
    """What suppliers in use ask for these variants today: the suppliers, and the offers by variant."""
    prices = prices_on(today).filter(Among("variant_id", variants), supplier__archived_at=None)
    suppliers: dict[int, Supplier] = {}
    offers: dict[int, list[Offer]] = {}
    for row in prices.select_related("supplier").order_by("supplier_id", "pk"):
        suppliers[row.supplier_id] = row.supplier
        offer = Offer(row.supplier_id, row.supplier.currency, row.price, row.minimum, row.multiple)
        offers.setdefault(row.variant_id, []).append(offer)
    return suppliers, offers
