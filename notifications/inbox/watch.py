"""What nobody announces because it comes with time: orders that fall due, stock that runs out.

Each function looks at the merchant in scope as it is now and may be called as often as one likes: it tells what is new,
brings figures up to date and settles what is over.
"""

from __future__ import annotations

from datetime import datetime, timedelta

from django.db import transaction
from django.db.models import Count, Q, Sum
from django.utils import timezone

from accounts.merchants.models import Merchant
from core.money import cents
from ecommerce.catalog.models import Variant
from ecommerce.inventory.queries import PACE_DAYS, stock_list
from ecommerce.orders.models import Order
from notifications.inbox.actions import settle, tell
from notifications.inbox.models import LowStock, Notification

ONE_BY_ONE = 3  # more products than this running out at once are told together


def new_orders(merchant: Merchant) -> None:
    """Keep the one line about today's new orders."""
    start, end = merchant.day_bounds(merchant.today())
    orders = Order.objects.filter(placed_at__gte=start, placed_at__lt=end).exclude(state=Order.State.CANCELLED)
    sums = orders.aggregate(count=Count("pk"), total=Sum("total"))
    if not sums["count"]:
        return
    newest = orders.order_by("-placed_at", "-pk").values_list("number", flat=True)[0]
    params = {
        "count": sums["count"],
        "total": str(cents(sums["total"])),
        "currency": merchant.currency,
        "number": newest,
        "day": merchant.today().isoformat(),
    }
    tell("order-new", key=params["day"], params=params, grows="count")


def orders_to_ship(merchant: Merchant, *, begin: bool) -> None:
    """Tell in the morning (`begin`) how many orders must leave today, and keep count of them after that."""
    now, today = timezone.now(), merchant.today()
    key = today.isoformat()
    if not begin and not Notification.objects.filter(kind="order-to-ship", key=key).exists():
        return
    due = Order.objects.due(until=merchant.day_bounds(today)[1])
    sums = due.aggregate(count=Count("pk"), late=Count("pk", filter=Q(ship_by__lt=now)))
    first = due.order_by("ship_by", "pk").values_list("number", "ship_by").first()
    if first is None:
        settle("order-to-ship", key=key)
        return
    params = {**sums, "number": first[0], "due": first[1].isoformat()}
    if begin:
        tell("order-to-ship", key=key, params=params)
    else:
        Notification.objects.filter(kind="order-to-ship", key=key).exclude(params=params).update(params=params)


def late_orders(merchant: Merchant) -> None:
    """Tell which orders are late: one line a day, unread again when there are more."""
    key = merchant.today().isoformat()
    late = Order.objects.late(now=timezone.now())
    count = late.count()
    if not count:
        for earlier in Notification.objects.filter(kind="order-late").values_list("key", flat=True).distinct():
            settle("order-late", key=earlier)
        return
    number, ship_by = late.order_by("ship_by", "pk").values_list("number", "ship_by")[0]
    params = {"count": count, "number": number, "due": ship_by.isoformat()}
    for earlier in _days_before(key):
        settle("order-late", key=earlier)
    tell("order-late", key=key, params=params, grows="count")


def _days_before(key: str) -> list[str]:
    rows = Notification.objects.filter(kind="order-late", key__lt=key, state__in=["unread", "read"])
    return list(rows.values_list("key", flat=True).distinct())


@transaction.atomic
def stock(merchant: Merchant) -> None:
    """Tell which variants newly run out within the merchant's warning time, and settle those that no longer do."""
    now = timezone.now()
    low = stock_list(now=now).filter(is_counted=True, sold__gt=0, cover__lt=float(merchant.low_stock_days))
    low = low.filter(product__state="live").order_by("cover", "pk")
    found = {variant.pk: variant for variant in low}
    known = {row.variant_id: row for row in LowStock.objects.select_for_update()}
    over = [row for row in known.values() if row.variant_id not in found]
    LowStock.objects.filter(pk__in=[row.pk for row in over]).delete()
    for kind, key in {(row.kind, row.key) for row in over}:
        if not LowStock.objects.filter(kind=kind, key=key).exists():
            settle(kind, key=key)
    new = [variant for pk, variant in found.items() if pk not in known]
    if len(new) > ONE_BY_ONE:
        key = f"{now:%Y-%m-%dT%H:%M}:{new[0].pk}"
        _note(new, "stock-low-many", key)
        params = {"count": len(new), "product": new[0].full_title, "day": _last_day(merchant, new[0])}
        tell("stock-low-many", key=key, params=params)
        return
    for variant in new:
        key = f"{variant.pk}:{now:%Y-%m-%dT%H:%M}"
        _note([variant], "stock-low", key)
        tell("stock-low", key=key, params=_stock_params(merchant, variant))


def _note(variants: list[Variant], kind: str, key: str) -> None:
    LowStock.objects.bulk_create(LowStock(variant=variant, kind=kind, key=key) for variant in variants)


def _stock_params(merchant: Merchant, variant: Variant) -> dict[str, object]:
    pace = variant.sold / PACE_DAYS  # type: ignore[attr-defined]
    return {
        "variant_id": variant.pk,
        "product": variant.full_title,
        "sku": variant.sku,
        "units": variant.available,  # type: ignore[attr-defined]
        "pace": round(pace) if pace >= 3 else round(pace, 1),
        "day": _last_day(merchant, variant),
    }


def _last_day(merchant: Merchant, variant: Variant) -> str:
    days = int(max(0.0, variant.cover))  # type: ignore[attr-defined]
    return (merchant.today() + timedelta(days=days)).isoformat()


def overdue_since(moment: datetime) -> list[int]:
    """Ids of the merchants who have late orders, or were told so and may have none any more. Across merchants."""
    late = Order.objects.late(now=moment).order_by().values_list("merchant_id", flat=True).distinct()
    told = Notification.objects.filter(kind="order-late", state__in=["unread", "read"]).order_by()
    return sorted({*late, *told.values_list("merchant_id", flat=True).distinct()})
