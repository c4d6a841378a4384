"""What is known of every product at once: sales, money, stock, returns, what buyers say. Few queries.

Sales are those of the days that are over (analytics.facts says what counts). "Before" is the equally long time before
the last 90 days. A year is too long for most shops to have; season and festivals are taken out by `against_shop`,
which holds a product's change against that of the shop's other products over the same days.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import date, timedelta
from typing import Any

from django.db.models import Avg, Count, F, Max, Min, Q, Sum

from accounts.merchants.models import Merchant
from analytics.demand.models import DemandOutlook
from analytics.demand.rules import HORIZON
from analytics.engine.stock import ENDLESS
from analytics.facts.models import VariantFact
from analytics.forecasts.queries import edges
from core.among import Among
from ecommerce.catalog.models import Product, Variant
from ecommerce.complaints.models import Complaint
from ecommerce.inventory.queries import bundle_stocks
from ecommerce.returns.models import Return, ReturnLine
from ecommerce.reviews.models import Review

WINDOW = 90
RETURN_DAYS = 180


@dataclass
class ProductFigures:
    """One product. Units are pieces, `value` money in the shop's currency, the `…_180` of the last 180 days.

    `margin` is the part of the price that is left over the cost, of all variants for sale whose cost is known; None
    where none is. `available` is None where nothing of it was ever counted. `cover` is days the stock lasts by the
    published forecast, else at the pace of the last 90 days; None where nothing sells. `forecast` is units of the next
    28 days.
    """

    age: int = 0
    first_sale: date | None = None
    last_sale: date | None = None
    units: int = 0
    units_before: int = 0
    units_28: int = 0
    units_180: int = 0
    value: float = 0.0
    value_before: float = 0.0
    margin: float | None = None
    available: int | None = None
    cover: float | None = None
    forecast: float | None = None
    forecast_day: date | None = None
    returned_180: int = 0
    reasons: dict[str, int] = field(default_factory=dict)
    complaints_180: int = 0
    rating: float | None = None
    reviews: int = 0
    against_shop: float | None = None

    @property
    def change(self) -> float | None:
        """The change of the last 90 days against the 90 before, as a fraction; None where nothing was sold then."""
        return self.units / self.units_before - 1 if self.units_before else None

    @property
    def return_rate(self) -> float | None:
        return self.returned_180 / self.units_180 if self.units_180 else None

    @property
    def forecast_change(self) -> float | None:
        """How the published forecast of the next 28 days compares with the last 28; None without either."""
        return self.forecast / self.units_28 - 1 if self.forecast is not None and self.units_28 else None


@dataclass(frozen=True)
class ShopFigures:
    """All products together, up to and with the day `until`; `found` is by product id."""

    until: date
    first: date
    units: int
    units_before: int
    return_rate: float | None
    found: dict[int, ProductFigures]


def read_figures(merchant: Merchant, products: Sequence[int] | None = None) -> ShopFigures | None:
    """The figures of all products, or of some; None for a shop that never sold anything."""
    span = edges(merchant, merchant.today())
    if span is None:
        return None
    until = span[1]
    start = until - timedelta(days=WINDOW - 1)
    before = start - timedelta(days=WINDOW)
    recent = VariantFact.objects.filter(day__gte=before, day__lte=until)
    shop = recent.aggregate(whole=Sum("units"), before=Sum("units", filter=Q(day__lt=start)))
    rows = Product.objects.all() if products is None else Product.objects.filter(Among("pk", products))
    found = {
        pk: ProductFigures(age=(until - merchant.day_of(made)).days)
        for pk, made in rows.order_by().values_list("pk", "created_at")
    }
    only = Q() if products is None else Q(Among("variant__product_id", products))
    _add_sales(found, only, start, before, until)
    _add_stock(found, products, until)
    returned = _add_returns(found, merchant, until)
    _add_voices(found, products, merchant, until)
    sold_before = int(shop["before"] or 0)
    sold = int(shop["whole"] or 0) - sold_before
    _hold_against_shop(found, sold, sold_before)
    whole = sold + sold_before
    return ShopFigures(until, span[0], sold, sold_before, returned / whole if whole else None, found)


def _add_sales(found: dict[int, ProductFigures], only: Q, start: date, before: date, until: date) -> None:
    month = until - timedelta(days=27)
    recent, earlier = Q(day__gte=start), Q(day__gte=before, day__lt=start)
    sums = (
        VariantFact.objects.filter(only, day__lte=until, units__gt=0)
        .order_by()
        .values("variant__product_id")
        .annotate(
            n=Sum("units", filter=recent),
            n_before=Sum("units", filter=earlier),
            n_28=Sum("units", filter=Q(day__gte=month)),
            worth=Sum("value", filter=recent),
            worth_before=Sum("value", filter=earlier),
            begun=Min("day"),
            ended=Max("day"),
        )
    )
    for row in sums:
        one = found.get(row["variant__product_id"])
        if one is None:
            continue
        one.units, one.units_before, one.units_28 = (int(row[name] or 0) for name in ("n", "n_before", "n_28"))
        one.units_180 = one.units + one.units_before
        one.value, one.value_before = float(row["worth"] or 0), float(row["worth_before"] or 0)
        one.first_sale, one.last_sale = row["begun"], row["ended"]
        one.age = max(one.age, (until - row["begun"]).days)


def _add_stock(found: dict[int, ProductFigures], products: Sequence[int] | None, until: date) -> None:
    variants: Any = Variant.objects.filter(is_active=True)
    outlooks: Any = DemandOutlook.objects.filter(has_forecast=True)
    levels: Any = Variant.objects.filter(stock_levels__isnull=False)
    if products is not None:
        variants = variants.filter(Among("product_id", products))
        levels = levels.filter(Among("product_id", products))
        outlooks = outlooks.filter(variant__in=variants.order_by().values("pk"))
    free = levels.order_by().values("product_id").annotate(
        n=Sum(F("stock_levels__on_hand") - F("stock_levels__reserved"))
    )  # fmt: skip
    for row in free:
        if row["product_id"] in found:
            found[row["product_id"]].available = row["n"]
    bundles: Any = Variant.objects.filter(is_bundle=True)
    bundles = bundles if products is None else bundles.filter(Among("product_id", products))
    product_of = dict(bundles.order_by().values_list("pk", "product_id"))
    for pk, stock in (bundle_stocks(product_of) if product_of else {}).items():
        whole = found.get(product_of[pk])
        if whole is not None and stock.available is not None:
            whole.available = (whole.available or 0) + stock.available
    ahead = outlooks.order_by().values("variant__product_id").annotate(n=Sum("mean"), day=Max("as_of"))
    for row in ahead:
        one = found.get(row["variant__product_id"])
        if one is not None and row["day"] is not None and (until - row["day"]).days < HORIZON:
            one.forecast, one.forecast_day = float(row["n"] or 0) * 28 / HORIZON, row["day"]
    costs: dict[int, list[tuple[float, float]]] = {}
    for pk, price, cost in variants.order_by().values_list("product_id", "price", "cost"):
        if cost is not None and price:
            costs.setdefault(pk, []).append((float(price), float(cost)))
    for pk, one in found.items():
        pairs = costs.get(pk)
        if pairs:
            one.margin = 1 - sum(cost for _price, cost in pairs) / sum(price for price, _cost in pairs)
        pace = one.forecast / 28 if one.forecast is not None else one.units / WINDOW
        if one.available is not None and pace > 0:
            one.cover = min(max(one.available, 0) / pace, ENDLESS)


def _add_returns(found: dict[int, ProductFigures], merchant: Merchant, until: date) -> int:
    """Units sent back by product, and of the whole shop."""
    since = merchant.day_bounds(until - timedelta(days=RETURN_DAYS - 1))[0]
    gone = [Return.State.REFUSED, Return.State.CANCELLED]
    lines: Any = ReturnLine.objects.filter(case__requested_at__gte=since).exclude(case__state__in=gone)
    lines = lines.order_by().values("order_line__variant__product_id", "reason").annotate(n=Sum("quantity"))
    whole = 0
    for row in lines:
        whole += row["n"]
        one = found.get(row["order_line__variant__product_id"] or 0)
        if one is not None:
            one.returned_180 += row["n"]
            one.reasons[row["reason"]] = one.reasons.get(row["reason"], 0) + row["n"]
    return whole


def _add_voices(
    found: dict[int, ProductFigures], products: Sequence[int] | None, merchant: Merchant, until: date
) -> None:
    since = merchant.day_bounds(until - timedelta(days=RETURN_DAYS - 1))[0]
    reviews: Any = Review.objects.published().filter(product__isnull=False)
    complaints: Any = Complaint.objects.filter(product__isnull=False, opened_at__gte=since)
    if products is not None:
        reviews = reviews.filter(Among("product_id", products))
        complaints = complaints.filter(Among("product_id", products))
    for row in reviews.order_by().values("product_id").annotate(stars=Avg("rating"), n=Count("pk")):
        if row["product_id"] in found:
            one = found[row["product_id"]]
            one.rating, one.reviews = float(row["stars"]), row["n"]
    for row in complaints.order_by().values("product_id").annotate(n=Count("pk")):
        if row["product_id"] in found:
            found[row["product_id"]].complaints_180 = row["n"]


def _hold_against_shop(found: dict[int, ProductFigures], sold: int, before: int) -> None:
    for one in found.values():
        rest, rest_before = sold - one.units, before - one.units_before
        if one.units_before and rest > 0 and rest_before > 0:
            one.against_shop = (one.units / one.units_before) / (rest / rest_before) - 1
