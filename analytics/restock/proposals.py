"""From variants that should be ordered to orders that can be sent: by supplier, in numbers they sell."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import date
from decimal import Decimal
from typing import Any

from analytics.demand.models import DemandOutlook
from analytics.demand.words import chance
from analytics.restock.models import ProposalAnswer
from analytics.restock.rules import Offer, choose, sellable, steadier
from analytics.restock.words import reason_of
from core.among import Among
from core.money import cents
from ecommerce.catalog.models import Variant
from ecommerce.purchasing.models import PurchaseLine, Supplier, SupplierChoice
from ecommerce.purchasing.queries import prices_on
from ecommerce.purchasing.rules import DRAFT, ZERO
from ecommerce.purchasing.scorecard import on_time_shares

MOST = 2000  # variants looked at; those that run out first come first


@dataclass(frozen=True)
class Source:
    """A supplier one could buy a variant from, `units` of it for `total`; `on_time` is None where too little tells."""

    supplier: Supplier
    units: int
    price: Decimal
    total: Decimal
    on_time: float | None


@dataclass(frozen=True)
class Choice:
    """Why a supplier: "only", "cheapest" of several or "chosen" by somebody. `sources` are all one may choose from, and
    `steadier` is one who is slightly dearer and clearly more often on time than the cheapest, who is `own`. `kept` is
    whom somebody chose for all orders to come, where that is `own`."""

    why: str
    own: Source
    sources: Sequence[Source]
    steadier: Source | None = None
    kept: SupplierChoice | None = None


@dataclass(frozen=True)
class Row:
    """Units of a variant: `wanted` by the forecast, `units` as the supplier sells them (from `minimum` on, in multiples
    of `multiple`), at `price` each. `outlook` says why, and `choice` why from this supplier."""

    variant: Variant
    supplier: Supplier
    wanted: int
    units: int
    price: Decimal
    minimum: int
    multiple: int
    outlook: DemandOutlook
    choice: Choice

    @property
    def gap(self) -> str:
        """The chance to run out before an order of today is there, in words of a percentage."""
        return "–" if self.outlook.gap is None else chance(self.outlook.gap)

    @property
    def reason(self) -> str:
        return reason_of(self.outlook)

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


def proposal(today: date, currency: str, chosen: Mapping[int, int] | None = None) -> Proposal:
    """Every variant that the demand forecast says to order, given to the supplier it is best bought from.

    `currency` is the shop's. A variant that already stands in a draft is left out, so that asking twice does not order
    twice, and so is one that somebody dismissed until a later day. Whom somebody chose for a variant goes before the
    best as long as they offer it; `chosen` go before those, by variant, this time. Who has no price for it is not
    taken. Five queries.
    """
    outlooks = DemandOutlook.objects.to_order().filter(variant__is_active=True, order_quantity__gt=0)
    wanted = list(
        outlooks.select_related("variant__product", "variant__supplier_choice").order_by("lasts", "pk")[:MOST]
    )
    ids = [one.variant_id for one in wanted]
    suppliers, offers = _offers(ids, today)
    drafts: Any = PurchaseLine.objects.filter(Among("variant_id", ids), order__state=DRAFT).order_by("pk")
    drafted = dict(drafts.values_list("variant_id", "order__number"))
    dismissed = dismissals(ids, today)
    shares = {pk: one.percent for pk, one in on_time_shares(suppliers, today).items()} if suppliers else {}
    groups: dict[int, Group] = {}
    left = []
    for one in wanted:
        if one.variant_id in drafted:
            left.append(Left(one.variant, one.order_quantity, "drafted", drafted[one.variant_id]))
            continue
        if (no := dismissed.get(one.variant_id)) is not None:
            left.append(Left(one.variant, one.order_quantity, "dismissed", until=no.until, reason=no.reason))
            continue
        theirs = offers.get(one.variant_id, [])
        found = choose(one.order_quantity, theirs, currency)
        kept: SupplierChoice | None = getattr(one.variant, "supplier_choice", None)
        taken = _taken(one, theirs, (chosen or {}).get(one.variant_id), kept.supplier_id if kept else None)
        if taken is None and isinstance(found, str):
            left.append(Left(one.variant, one.order_quantity, found))
            continue
        best = taken if isinstance(found, str) else found[0]
        assert best is not None
        offer = taken or best
        units = offer.units(one.order_quantity)
        group = groups.setdefault(offer.supplier_id, Group(suppliers[offer.supplier_id]))
        choice = _choice(one.order_quantity, best, offer, theirs, suppliers, shares)
        if kept is not None and kept.supplier_id == offer.supplier_id:
            choice = replace(choice, why="chosen", kept=kept, steadier=None)
        whom = suppliers[offer.supplier_id]
        row = Row(one.variant, whom, one.order_quantity, units, offer.price, offer.minimum, offer.multiple, one, choice)
        group.rows.append(row)
    return Proposal(sorted(groups.values(), key=lambda group: group.supplier.name), left)


def _taken(one: DemandOutlook, offers: Sequence[Offer], *chosen: int | None) -> Offer | None:
    """The offer of the first of the chosen suppliers who has one; None where none of them does."""
    by_supplier = {offer.supplier_id: offer for offer in sellable(one.order_quantity, offers)}
    return next((by_supplier[pk] for pk in chosen if pk in by_supplier), None)


def _choice(
    wanted: int,
    best: Offer,
    taken: Offer,
    offers: Sequence[Offer],
    suppliers: Mapping[int, Supplier],
    shares: Mapping[int, float | None],
) -> Choice:
    sources = {
        offer.supplier_id: Source(
            suppliers[offer.supplier_id],
            offer.units(wanted),
            offer.price,
            cents(offer.cost(wanted)),
            shares.get(offer.supplier_id),
        )
        for offer in sellable(wanted, offers)
    }
    why = "chosen" if taken is not best else "cheapest" if len(sources) > 1 else "only"
    better = steadier(wanted, best, offers, shares) if taken is best else None
    own = sources[taken.supplier_id]
    return Choice(why, own, list(sources.values()), sources[better.supplier_id] if better else None)


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
