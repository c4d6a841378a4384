"""Which product, category, warehouse or supplier a fact names, from its kind and figures.

Figures called `product_id`, `variant_id`, `warehouse_id` or `supplier_id` speak for themselves; kinds that name things
by a number of their own are in the table below. A kind that names nothing goes by role alone and costs no query.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import Any

from analytics.markets.models import Market
from analytics.promotions.models import Promotion
from analytics.scenarios.models import PriceTest, Scenario
from ecommerce.catalog.models import Variant
from ecommerce.complaints.models import Complaint
from ecommerce.inventory.models import StockCount, Transfer
from ecommerce.orders.models import OrderLine
from ecommerce.purchasing.models import PurchaseOrder
from ecommerce.questions.models import ProductQuestion
from ecommerce.returns.models import ReturnLine
from ecommerce.reviews.models import Review
from notifications.inbox import places
from notifications.inbox.sentences import Params
from notifications.routing.rules import About


def names_something(kind: str, params: Params) -> bool:
    """Whether about() may find anything, told without a query."""
    return kind in RESOLVERS or any(name in params for name in PLAIN)


def about(kind: str, params: Params) -> About:
    """What a fact of the merchant in scope is about; empty where what it names is no longer there."""
    if kind in RESOLVERS:
        return RESOLVERS[kind](params)
    named: dict[str, Any] = {field: _ids([params[name]]) for name, field in PLAIN.items() if name in params}
    return About(**named)


PLAIN = {
    "product_id": "products",
    "variant_id": "variants",
    "category_id": "categories",
    "warehouse_id": "warehouses",
    "supplier_id": "suppliers",
}


def _ids(keys: Iterable[Any]) -> frozenset[int]:
    return frozenset(int(key) for key in keys if key)


def _transfer(params: Params) -> About:
    """Where it comes from is concerned only when less came than was sent."""
    ends = Transfer.objects.filter(pk=params["transfer_id"]).values_list("target", "source").first() or ()
    return About(warehouses=_ids(ends if "received" in params else ends[:1]))


def _count(params: Params) -> About:
    return About(warehouses=_ids(StockCount.objects.filter(pk=params["count_id"]).values_list("warehouse", flat=True)))


def _purchase(params: Params) -> About:
    """A line about several orders is nobody's in particular."""
    if params.get("count", 1) != 1:
        return About()
    row = PurchaseOrder.objects.filter(pk=params["order_id"]).values_list("supplier", "warehouse").first()
    return About(suppliers=_ids(row[:1]), warehouses=_ids(row[1:])) if row else About()


def _price(params: Params) -> About:
    variants = Variant.objects.filter(sku=params["sku"]).values_list("pk", flat=True)
    return About(suppliers=_ids([params["supplier_id"]]), variants=_ids(variants))


def _return(params: Params) -> About:
    lines = ReturnLine.objects.filter(case__number=params["number"])
    return About(variants=_ids(lines.order_by().values_list("order_line__variant", flat=True).distinct()))


def _complaint(params: Params) -> About:
    """Its product; of one about a whole order, what was in it."""
    row = Complaint.objects.filter(number=params["number"]).values_list("product", "order").first()
    if row is None or row[0] is not None or row[1] is None:
        return About(products=_ids(row[:1] if row else ()))
    lines = OrderLine.objects.filter(order=row[1]).order_by()
    return About(variants=_ids(lines.values_list("variant", flat=True).distinct()))


def _review(params: Params) -> About:
    return About(products=_ids(Review.objects.filter(pk=params["review_id"]).values_list("product", flat=True)))


def _question(params: Params) -> About:
    """A line about several questions is nobody's in particular."""
    if params["asked"] != 1:
        return About()
    rows = ProductQuestion.objects.filter(pk=params["question_id"])
    return About(products=_ids(rows.values_list("product", flat=True)))


def _share(params: Params) -> About:
    return About(categories=_ids(Market.objects.filter(pk=params["market_id"]).values_list("category", flat=True)))


def _scenario(params: Params) -> About:
    rows = Scenario.objects.filter(pk=params["scenario_id"]).order_by()
    return About(categories=_ids(rows.values_list("market__category", flat=True)))


def _price_test(params: Params) -> About:
    rows = PriceTest.objects.filter(pk=params["test_id"]).order_by()
    return About(categories=_ids(rows.values_list("market__category", flat=True)))


def _promotion(params: Params) -> About:
    row = Promotion.objects.filter(pk=params["promotion_id"]).values_list("category", "variants").first()
    return About(categories=_ids(row[:1]), variants=_ids(row[1])) if row else About()


RESOLVERS: dict[str, Callable[[Params], About]] = {
    **dict.fromkeys(("transfer-coming", "transfer-short"), _transfer),
    **dict.fromkeys(("count-open", "count-booked"), _count),
    **dict.fromkeys(("purchase-late", "purchase-arrived", "purchase-damaged"), _purchase),
    "supplier-price": _price,
    "order-to-ship": places.of_orders_due,
    "order-late": places.of_late_orders,
    "order-short": places.of_short_order,
    **dict.fromkeys(("order-held", "order-cancelled"), places.of_order),
    "parcel-cases": places.of_parcel_cases,
    "carrier-late": places.of_late_parcels,
    **dict.fromkeys(("return-requested", "return-due", "return-late", "return-rated"), _return),
    **dict.fromkeys(("return-settle-due", "return-settle-late", "return-reopened"), places.of_received_return),
    **dict.fromkeys(
        (
            "complaint-opened", "complaint-due", "complaint-message", "complaint-escalated", "complaint-appealed",
            "complaint-decided", "complaint-closed",
        ),
        _complaint,
    ),
    **dict.fromkeys(("review-low", "review-hidden"), _review),
    "question-asked": _question,
    "share-fall": _share,
    **dict.fromkeys(("promise-judged", "plan-adopted"), _scenario),
    "price-test": _price_test,
    "promotion-report": _promotion,
}  # fmt: skip
