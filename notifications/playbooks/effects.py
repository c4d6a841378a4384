"""What came after a playbook's runs, held against facts of the same kind on which no playbook ran.

As with outcomes of the life cycle (analytics/lifecycle): a comparison with what is alike in the same shop, not an
experiment. Conditions and whoever switches a playbook on choose where it runs, so what is found went together with the
runs and need not come from them.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any, Final

import numpy as np
from django.db.models import Sum
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from accounts.activity.models import Activity
from accounts.merchants.models import Merchant
from analytics.episodes.events import ComplaintsBurst, ProductPraised
from analytics.episodes.queries import ABOUT_GOODS
from analytics.facts.models import VariantFact
from analytics.frames import sold_out_days
from analytics.lifecycle.events import ProductFellBehind, ProductStartedGrowing
from analytics.restock.events import StockOutExpected
from core.among import Among
from core.tenancy import current_tenant_id
from ecommerce.complaints.models import Complaint
from notifications.playbooks.models import Firing, Playbook, StepOutcome

HORIZON: Final = 30  # days after a fact that are looked at, and before it that give its size
LOOK_BACK: Final = timedelta(days=200)
MOST: Final = 150  # cases of each side, the newest
FEWEST: Final = 8
NEAR: Final = 2.0  # times larger or smaller that is still alike
DRAWS: Final = 1000
RANGE: Final = (10, 90)  # percentiles: an 80 % range, as everywhere


@dataclass(frozen=True)
class Case:
    """A fact: units that what it is about sold in the HORIZON days before, and the figure of the days after."""

    size: float
    outcome: float


@dataclass(frozen=True)
class Effect:
    """Means of a figure where the playbook `ran` and of the `others` near in size, with how many cases each has.

    `low` to `high` is the 80 % range of the difference; the means and it are None where there are too few cases.
    """

    label: Any
    ran: int
    others: int
    mean_ran: float | None = None
    mean_others: float | None = None
    low: float | None = None
    high: float | None = None

    @property
    def is_known(self) -> bool:
        return self.mean_ran is not None

    @property
    def difference(self) -> float:
        return (self.mean_ran or 0.0) - (self.mean_others or 0.0)


Facts = Sequence[tuple[int, date]]
Reader = Callable[[Facts, Merchant], list[Case | None]]


def held_against(ran: Sequence[Case], others: Sequence[Case], label: Any = "") -> Effect:
    """The mean difference of each case that ran to the mean of the others within NEAR times its size.

    Cases without any near are left out. The range is the bootstrap's (Efron, The Annals of Statistics 7, 1979) over
    both sides, drawn the same each time; of few cases it is rather too narrow, so below FEWEST there is none.
    """
    sizes, wanted = (np.log1p([one.size for one in side]) for side in (others, ran))
    near = np.abs(wanted[:, None] - sizes[None, :]) <= np.log(NEAR)
    kept, used = near.any(axis=1), near.any(axis=0)
    mine, theirs = int(kept.sum()), int(used.sum())
    if mine < FEWEST or theirs < FEWEST:
        return Effect(label, mine, theirs)
    weights = near[kept][:, used].astype(float)
    after = np.array([one.outcome for one in ran], dtype=float)[kept]
    beside = np.array([one.outcome for one in others], dtype=float)[used]
    matched = weights @ beside / weights.sum(axis=1)
    draw = np.random.default_rng(1)
    times = draw.multinomial(mine, np.full(mine, 1 / mine), DRAWS)
    others_times = draw.multinomial(theirs, np.full(theirs, 1 / theirs), DRAWS).T
    counts = weights @ others_times
    means = np.divide(weights @ (beside[:, None] * others_times), counts, where=counts > 0, out=np.zeros(counts.shape))
    taken = times.T * (counts > 0)
    drawn = ((after[:, None] - means) * taken).sum(axis=0) / np.maximum(taken.sum(axis=0), 1)
    low, high = np.percentile(drawn, RANGE)
    return Effect(label, mine, theirs, float(after.mean()), float(matched.mean()), float(low), float(high))


def _units(field: str, facts: Facts) -> dict[int, dict[date, int]]:
    """Units of each thing by day, round all the facts: one query."""
    first = min(day for _thing, day in facts) - timedelta(days=HORIZON)
    last = max(day for _thing, day in facts) + timedelta(days=HORIZON)
    rows: Any = VariantFact.objects.filter(
        Among(field, {thing for thing, _day in facts}), day__gte=first, day__lte=last
    )
    found: dict[int, dict[date, int]] = defaultdict(dict)
    for thing, day, units in rows.order_by().values_list(field, "day").annotate(Sum("units")):
        found[thing][day] = units
    return found


def _sum(units: Mapping[date, int], first: date, last: date) -> int:
    return sum(count for day, count in units.items() if first <= day <= last)


def _before(units: Mapping[date, int], day: date) -> int:
    return _sum(units, day - timedelta(days=HORIZON), day - timedelta(days=1))


def _sold_after(facts: Facts, merchant: Merchant) -> list[Case | None]:
    """Units of a product in the days after, in percent of those before; none where nothing was sold before."""
    units = _units("variant__product_id", facts)
    found: list[Case | None] = []
    for product, day in facts:
        size = _before(units.get(product, {}), day)
        after = _sum(units.get(product, {}), day + timedelta(days=1), day + timedelta(days=HORIZON))
        found.append(Case(size, 100 * after / size) if size else None)
    return found


def _complaints_after(facts: Facts, merchant: Merchant) -> list[Case | None]:
    """Complaints about the goods of a product in the days after."""
    units = _units("variant__product_id", facts)
    days: dict[int, list[date]] = defaultdict(list)
    rows: Any = Complaint.objects.filter(
        Among("product_id", {product for product, _day in facts}), product__isnull=False, topic__in=ABOUT_GOODS
    )
    since = merchant.day_bounds(min(day for _product, day in facts))[0]
    for product, at in rows.filter(opened_at__gte=since).order_by().values_list("product_id", "opened_at"):
        days[product].append(merchant.day_of(at))
    return [
        Case(
            _before(units.get(product, {}), day),
            sum(day < one <= day + timedelta(days=HORIZON) for one in days.get(product, ())),
        )
        for product, day in facts
    ]


def _days_sold_out(facts: Facts, merchant: Merchant) -> list[Case | None]:
    """Days in the HORIZON after on which nothing of a SKU was on the shelf."""
    units = _units("variant_id", facts)
    ids = sorted({variant for variant, _day in facts})
    first = min(day for _variant, day in facts)
    out = sold_out_days(ids, first, max(day for _variant, day in facts) + timedelta(days=HORIZON), merchant)
    row = {variant: index for index, variant in enumerate(ids)}
    found: list[Case | None] = []
    for variant, day in facts:
        begin = (day - first).days + 1
        days = int(out[row[variant], begin : begin + HORIZON].sum())
        found.append(Case(_before(units.get(variant, {}), day), days))
    return found


@dataclass(frozen=True)
class Measure:
    """What is looked at after a kind of fact: `thing` names the id in its payload."""

    label: Any
    thing: str
    read: Reader


SOLD = Measure(_("Units sold, in percent of the 30 days before"), "product_id", _sold_after)
MEASURES: Mapping[str, Measure] = {
    StockOutExpected.kind: Measure(_("Days sold out"), "variant_id", _days_sold_out),
    ProductFellBehind.kind: SOLD,
    ProductStartedGrowing.kind: SOLD,
    ProductPraised.kind: SOLD,
    ComplaintsBurst.kind: Measure(_("Complaints about the goods"), "product_id", _complaints_after),
}


def effect_of(playbook: Playbook, kind: str) -> Effect | None:
    """What went together with the runs of a playbook on facts of this kind; None for a kind without a measure.

    Runs that were done and not taken back, against facts on which no playbook ran at all; both older than HORIZON days
    and not older than LOOK_BACK. Four queries, four more where there are cases enough.
    """
    measure = MEASURES.get(kind)
    if measure is None:
        return None
    merchant = Merchant.objects.get(pk=current_tenant_id())
    now = timezone.now()
    until = now - timedelta(days=HORIZON + 1)
    alike = Activity.objects.filter(kind=kind, at__gte=now - LOOK_BACK, at__lt=until).order_by("-pk")
    undone = StepOutcome.objects.filter(state=StepOutcome.State.UNDONE).values("firing")
    runs = Firing.objects.filter(playbook=playbook, state=Firing.State.DONE, activity__kind=kind).exclude(pk__in=undone)
    ran = _facts(alike.filter(pk__in=runs.values("activity")), measure, merchant)
    fired = Firing.objects.filter(activity__kind=kind)
    others = _facts(alike.exclude(pk__in=fired.values("activity")), measure, merchant)
    if len(ran) < FEWEST or len(others) < FEWEST:
        return Effect(measure.label, len(ran), len(others))
    cases = measure.read([*ran, *others], merchant)
    mine = [one for one in cases[: len(ran)] if one is not None]
    theirs = [one for one in cases[len(ran) :] if one is not None]
    if not mine or not theirs:
        return Effect(measure.label, len(mine), len(theirs))
    return held_against(mine, theirs, measure.label)


def _facts(rows: Any, measure: Measure, merchant: Merchant) -> list[tuple[int, date]]:
    found = rows.values_list("payload", "at")[:MOST]
    return [(payload[measure.thing], merchant.day_of(at)) for payload, at in found if payload.get(measure.thing)]
