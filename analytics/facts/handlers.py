"""Which facts of lower apps make which days out of date."""

from __future__ import annotations

from datetime import date

from accounts.activity.models import Activity
from analytics.facts.actions import mark_days
from analytics.facts.models import VariantFact
from analytics.facts.tasks import queue_rebuild
from core.events import handles
from ecommerce.catalog.events import ProductChanged
from ecommerce.orders.events import (
    OrderCancelled,
    OrderEdited,
    OrderPlaced,
    OrderRefunded,
    OrdersImported,
    OrdersPlaced,
    OrderSplit,
)
from ecommerce.reviews.events import (
    ReviewDecisionUndone,
    ReviewEditAsked,
    ReviewFact,
    ReviewHidden,
    ReviewPublished,
    ReviewRevised,
    ReviewSubmitted,
)


@handles(OrderPlaced, OrdersPlaced, OrdersImported, OrderEdited, OrderSplit, OrderCancelled, OrderRefunded)
def days_of_orders_changed(
    event: OrderPlaced | OrdersPlaced | OrdersImported | OrderCancelled | OrderRefunded, activity: Activity
) -> None:
    mark_days(date.fromisoformat(day) for day in event.days)
    queue_rebuild()


@handles(ReviewSubmitted, ReviewRevised, ReviewPublished, ReviewHidden, ReviewEditAsked, ReviewDecisionUndone)
def days_of_reviews_changed(event: ReviewFact, activity: Activity) -> None:
    mark_days(date.fromisoformat(day) for day in event.days)
    queue_rebuild()


@handles(ProductChanged)
def product_moved_to_another_category(event: ProductChanged, activity: Activity) -> None:
    """Its past sales count under the category it is in now."""
    if "category" not in event.fields:
        return
    sold = VariantFact.objects.filter(variant__product_id=event.product_id)
    mark_days(sold.order_by().values_list("day", flat=True).distinct())
    queue_rebuild()
