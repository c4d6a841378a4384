"""Which variants run out, and when: from the demand forecast where there is a new one, else from recent sales."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date, timedelta
from functools import lru_cache
from math import inf, isfinite
from typing import Any

from django.db import connection
from django.db.models import Exists, F, OuterRef, QuerySet, Sum

from analytics.demand.queries import fresh_outlooks
from analytics.demand.rules import FRESH_DAYS
from analytics.engine.stock import ENDLESS
from analytics.facts.models import VariantPace
from analytics.facts.queries import sold_before, trading_edges
from analytics.facts.rules import PACE_DAYS
from analytics.restock.rules import Cover, cover
from core.statements import Shaped, Statement
from core.tenancy import current_tenant_id
from core.together import together
from ecommerce.catalog.models import Variant
from ecommerce.inventory.models import StockLevel
from ecommerce.purchasing.queries import Coming, coming_by_variant

FARTHEST = 3650  # days: beyond, no date is named


@dataclass(frozen=True)
class Outlook:
    """How long the stock of one variant lasts. Dates count from `today`; `out_high` is None where none can be named."""

    variant_id: int
    available: int
    per_day: float
    lasts: Cover
    today: date

    def _on(self, days: float) -> date | None:
        return self.today + timedelta(days=int(days)) if isfinite(days) and days < FARTHEST else None

    @property
    def out_low(self) -> date | None:
        return self._on(self.lasts.low)

    @property
    def out_middle(self) -> date | None:
        return self._on(self.lasts.middle)

    @property
    def out_high(self) -> date | None:
        return self._on(self.lasts.high)

    @property
    def is_out(self) -> bool:
        return self.available <= 0


TRADED = Shaped(trading_edges)
PACED = Shaped(lambda: VariantPace.objects.order_by().values_list("until", flat=True)[:1])


def outlook_parts(today: date, within: float = inf) -> dict[str, QuerySet[Any] | Statement]:
    """What stock_outlooks() begins with, for pages that read it together with other things."""
    return {"outlooks": _forecasts(today, within), "traded": TRADED.statement(), "paced": PACED.statement()}


def stock_outlooks(today: date, within: float = inf, known: Mapping[str, Any] | None = None) -> list[Outlook]:
    """Every variant that is stocked and sells, the one that runs out first at the top; `within` so many days.

    A variant with a new demand forecast lasts as long as that says, any other as the sales of the last 28 days do.
    `known` are the rows of outlook_parts(), where they are read already.
    """
    known = together(**outlook_parts(today, within)) if known is None else known
    paced = _paced(today, within, known["traded"], known["paced"])
    found = [*_forecast(known["outlooks"], today, within), *(one for one in paced if one.lasts.middle <= within)]
    return sorted(found, key=lambda one: (one.lasts.middle, -one.per_day, one.variant_id))


def _forecasts(today: date, within: float) -> QuerySet[Any]:
    rows = fresh_outlooks(today).filter(variant__is_active=True).order_by()
    if isfinite(within):
        rows = rows.filter(lasts__lte=within + FRESH_DAYS + 1)
    return rows.values_list(
        "variant_id", "available", "mean", "run__horizon", "lasts_low", "lasts", "lasts_high", "as_of"
    )


def _forecast(rows: Iterable[Any], today: date, within: float) -> Iterable[Outlook]:
    """What the demand forecasts say. Their days count from the day they were last held against the stock."""
    for variant, available, mean, horizon, low, middle, high, as_of in rows:
        over = (today - as_of).days if as_of else 0
        low, middle, high = (inf if days >= ENDLESS else max(days - over, 0.0) for days in (low, middle, high))
        if middle <= within:
            yield Outlook(variant, available, mean / horizon, Cover(low, middle, high), today)


def _paced(today: date, within: float, edges: Iterable[tuple[date, date]], summed: Iterable[date]) -> list[Outlook]:
    """What the sales of the last days say, `summed` up to the day it names. What is on its way makes stock last longer,
    never shorter, so a variant whose shelf alone lasts beyond `within` is passed over.
    """
    first = next((first for first, _ in edges), None)
    if first is None:
        return []
    days = min(PACE_DAYS, max(1, (today - first).days))
    until = next(iter(summed), None)
    # In the minutes before a new day is summed up, as many days that end one day earlier do as well.
    is_summed = until == today or (until == today - timedelta(days=1) and (until - first).days >= PACE_DAYS)
    found = []
    for variant_id, units, squares, available, coming in _sold_and_free(today, within / days, is_summed=is_summed):
        lasts = _with_coming(available, units, squares, days, coming, today)
        if lasts is not None:
            found.append(Outlook(variant_id, available, units / days, lasts, today))
    return found


def _sold_and_free(today: date, times: float, *, is_summed: bool) -> Iterable[tuple[int, int, int, int, Coming | None]]:
    """Variant, units sold, their squares, units free and what is on its way, of the variants that have no more free
    than so many times what was sold. The database joins them: a shop has thousands, and few run low.
    """
    sql, params = _joined(current_tenant_id(), today, is_summed=is_summed)
    if isfinite(times):
        sql, params = f"{sql} AND f.free <= s.sold * %s", (*params, times)
    with connection.cursor() as cursor:
        cursor.execute(sql, params)
        for *figures, units, day in cursor.fetchall():
            first = date.fromisoformat(day) if isinstance(day, str) else day
            yield (*figures, None if units is None else Coming(units, first))


@lru_cache(maxsize=256)
def _joined(merchant_id: int, today: date, *, is_summed: bool) -> tuple[str, tuple[Any, ...]]:
    """The statement of a day, which takes longer to work out than to run."""
    sold: Any = VariantPace.objects.order_by().values_list("variant_id", "sold", "squares")
    if not is_summed:
        sold = sold_before(today)
    sold = sold.filter(~Exists(fresh_outlooks(today).filter(variant=OuterRef("variant_id"))))
    levels: Any = StockLevel.objects.order_by().values_list("variant_id")
    levels = levels.annotate(free=Sum(F("on_hand") - F("reserved")))
    # apart, so that the database looks at those alone that run low
    active = Variant.objects.filter(is_active=True).order_by().values_list("pk")
    parts = [rows.query.sql_with_params() for rows in (sold, levels, active, coming_by_variant())]
    (sold_sql, _), (free_sql, _), (active_sql, _), (coming_sql, _) = parts
    sql = (
        "SELECT s.variant_id, s.sold, s.squares, f.free, c.units, c.first"  # noqa: S608 - made by the ORM
        f" FROM ({sold_sql}) s JOIN ({free_sql}) f ON f.variant_id = s.variant_id"
        f" JOIN ({active_sql}) v ON v.pk = s.variant_id"
        f" LEFT JOIN ({coming_sql}) c ON c.variant_id = s.variant_id WHERE s.sold > 0"
    )
    return sql, tuple(param for _, params in parts for param in params)


def _with_coming(
    available: int, units: int, squares: int, days: int, coming: Coming | None, today: date
) -> Cover | None:
    """How long the stock lasts with what is on its way, which counts if it comes before the shelf is empty. What is
    late, or has no day, may never come."""
    alone = cover(available, units, squares, days)
    if alone is None or coming is None or coming.first is None or coming.first < today:
        return alone
    both = cover(available + coming.units, units, squares, days)
    assert both is not None
    arrival = (coming.first - today).days
    low, middle, high = (
        first if first < arrival else then
        for first, then in zip((alone.low, alone.middle, alone.high), (both.low, both.middle, both.high), strict=True)
    )
    return Cover(low, middle, high)


def with_variants(outlooks: Iterable[Outlook]) -> list[tuple[Outlook, Variant]]:
    """The outlooks with their variants and products, in one query."""
    wanted = list(outlooks)
    variants = Variant.objects.select_related("product").in_bulk([one.variant_id for one in wanted])
    return [(one, variants[one.variant_id]) for one in wanted if one.variant_id in variants]
