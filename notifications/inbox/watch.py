"""What nobody announces because it comes with time, and what many facts say together.

Each function looks at the merchant in scope as it is now and may be called as often as one likes: it tells what is new,
brings figures up to date and settles what is over.
"""

from __future__ import annotations

from datetime import date, datetime

from django.db.models import Count, Q, Sum
from django.utils import timezone

from accounts.activity.models import Activity
from accounts.merchants.models import Merchant
from analytics.restock.models import StockWarning, StockWarningQuerySet
from core.money import cents
from ecommerce.inventory.lots import any_left
from ecommerce.orders.models import Order
from notifications.inbox.actions import settle, settle_others, tell
from notifications.inbox.models import Notification

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
        settle_others("order-late")
        return
    number, ship_by = late.order_by("ship_by", "pk").values_list("number", "ship_by")[0]
    params = {"count": count, "number": number, "due": ship_by.isoformat()}
    settle_others("order-late", key=key)
    tell("order-late", key=key, params=params, grows="count")


def stock_warning(merchant: Merchant, warning: StockWarning) -> None:
    """Tell of one product that runs out. After the first few of a day the rest are one line together."""
    start, end = merchant.day_bounds(merchant.day_of(warning.opened_at))
    of_the_day = StockWarning.objects.filter(opened_at__gte=start, opened_at__lt=end)
    if of_the_day.filter(pk__lte=warning.pk).count() <= ONE_BY_ONE:
        tell("stock-low", key=str(warning.pk), params=_stock_params(warning))
        return
    key = start.date().isoformat()
    params = _many_params(of_the_day)
    if params is not None:
        tell("stock-low-many", key=key, params=params, grows="count")


def stock_warnings(merchant: Merchant, day: date) -> None:
    """Tell of all products found to run out on a day: the first few one by one, the rest as one line."""
    start, end = merchant.day_bounds(day)
    of_the_day = StockWarning.objects.filter(opened_at__gte=start, opened_at__lt=end)
    first = list(of_the_day.select_related("variant__product").order_by("pk")[:ONE_BY_ONE])
    for warning in first:
        if warning.closed_at is None:
            tell("stock-low", key=str(warning.pk), params=_stock_params(warning))
    params = _many_params(of_the_day)
    if params is not None:
        tell("stock-low-many", key=day.isoformat(), params=params, grows="count")


def stock_is_back(merchant: Merchant) -> None:
    """Settle what was told of products that no longer run out."""
    told = Notification.objects.unsettled().filter(kind="stock-low")
    keys = set(told.values_list("key", flat=True))
    still = {str(pk) for pk in StockWarning.objects.open().filter(pk__in=keys).values_list("pk", flat=True)}
    for key in keys - still:
        settle("stock-low", key=key)
    many = Notification.objects.unsettled().filter(kind="stock-low-many")
    for key in set(many.values_list("key", flat=True)):
        start, end = merchant.day_bounds(date.fromisoformat(key))
        params = _many_params(StockWarning.objects.filter(opened_at__gte=start, opened_at__lt=end))
        if params is None:
            settle("stock-low-many", key=key)
        else:
            Notification.objects.filter(kind="stock-low-many", key=key).exclude(params=params).update(params=params)


def lots_are_gone() -> None:
    """Settle what was told of lots, where no unit of any of them is left."""
    told = Notification.objects.unsettled().filter(kind="lot-expiring")
    keys = set(told.values_list("key", flat=True))
    for fact in Activity.objects.filter(pk__in=keys):
        named = fact.payload["lot_ids"]
        if fact.payload["count"] == len(named) and not any_left(named):
            settle("lot-expiring", key=str(fact.pk))


def _stock_params(warning: StockWarning) -> dict[str, object]:
    pace = warning.per_day
    return {
        "variant_id": warning.variant_id,
        "product": warning.variant.full_title,
        "sku": warning.variant.sku,
        "units": warning.available,
        "pace": round(pace) if pace >= 3 else round(pace, 1),
        "day": warning.out_middle.isoformat(),
    }


def _many_params(of_the_day: StockWarningQuerySet) -> dict[str, object] | None:
    """Those of one day after the first few that are still open; None when there are none."""
    first = list(of_the_day.order_by("pk").values_list("pk", flat=True)[:ONE_BY_ONE])
    rest = of_the_day.open().exclude(pk__in=first)
    soonest = rest.select_related("variant__product").order_by("out_middle", "pk").first()
    if soonest is None:
        return None
    day = soonest.out_middle.isoformat()
    return {"count": rest.count(), "product": soonest.variant.full_title, "day": day}


def overdue_since(moment: datetime) -> list[int]:
    """Ids of the merchants who have late orders, or were told so and may have none any more. Across merchants."""
    late = Order.objects.late(now=moment).order_by().values_list("merchant_id", flat=True).distinct()
    told = Notification.objects.unsettled().filter(kind="order-late").order_by()
    return sorted({*late, *told.values_list("merchant_id", flat=True).distinct()})
