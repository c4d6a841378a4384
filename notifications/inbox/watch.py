"""What nobody announces because it comes with time, and what many facts say together.

Each function looks at the merchant in scope as it is now and may be called as often as one likes: it tells what is new,
brings figures up to date and settles what is over.
"""

from __future__ import annotations

from collections.abc import Collection
from datetime import date, datetime

from django.db.models import Count, Exists, Min, OuterRef, Q, QuerySet, Sum
from django.utils import timezone

from accounts.activity.models import Activity
from accounts.merchants.models import Merchant
from analytics.restock.models import StockWarning, StockWarningQuerySet
from core.events import Event
from core.money import cents
from ecommerce.fulfilment.events import OrderShipped
from ecommerce.inventory.events import OpeningStockSet, StockAdjusted
from ecommerce.inventory.lots import any_left
from ecommerce.orders.events import OrderCancelled
from ecommerce.orders.models import Order
from ecommerce.purchasing.models import PurchaseLine
from ecommerce.purchasing.rules import DRAFT, ON_THE_WAY
from notifications.inbox.actions import settle, settle_each, settle_others, tell
from notifications.inbox.escalation import stop_watching
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
        settle_others("order-to-ship", by=_last_done("order-to-ship", OrderShipped, OrderCancelled))
        return
    params = {**sums, "number": first[0], "due": first[1].isoformat()}
    if begin:
        settle_others("order-to-ship", key=key)  # what it said of another day is out of date
        tell("order-to-ship", key=key, params=params)
    else:
        Notification.objects.filter(kind="order-to-ship", key=key).exclude(params=params).update(params=params)


def late_orders(merchant: Merchant) -> None:
    """Tell which orders are late: one line a day, unread again when there are more."""
    key = merchant.today().isoformat()
    late = Order.objects.late(now=timezone.now())
    count = late.count()
    if not count:
        settle_others("order-late", by=_last_done("order-late", OrderShipped, OrderCancelled))
        return
    number, ship_by = late.order_by("ship_by", "pk").values_list("number", "ship_by")[0]
    params = {"count": count, "number": number, "due": ship_by.isoformat()}
    settle_others("order-late", key=key)
    tell("order-late", key=key, params=params, grows="count")


def _last_done(kind: str, *facts: type[Event]) -> Activity | None:
    """The last of these facts that a person brought about since the kind was told; None where nothing stands.

    Who did the last of what was asked for has emptied the list that it told of.
    """
    since = Notification.objects.unsettled().filter(kind=kind).aggregate(at=Min("at"))["at"]
    return _by_person(facts, since).first() if since else None


def _by_person(facts: Collection[type[Event]], since: datetime) -> QuerySet[Activity]:
    """These facts since then that a person brought about, the newest first."""
    done = Activity.objects.filter(kind__in=[fact.kind for fact in facts], at__gte=since, actor_kind="user")
    return done.order_by("-at", "-pk")


def order_is_shipped(ship_by: datetime | None) -> None:
    """A member deals with one of the orders that were told of as late or due today: that goes to nobody further."""
    if ship_by is None:
        return
    merchant = Merchant.objects.in_scope()
    if ship_by > merchant.day_bounds(merchant.today())[1]:
        return
    stop_watching(Q(kind="order-to-ship"))
    if ship_by < timezone.now():
        stop_watching(Q(kind="order-late"))


def stock_is_seen_to(variants: Collection[int], by: Activity) -> None:
    """A member orders these variants, or decides not to: what was told of them is handled by them."""
    warnings = StockWarning.objects.open()
    keys = warnings.filter(variant__in=variants).values_list("pk", flat=True)
    settle_each("stock-low", keys=[str(pk) for pk in keys], by=by)
    told = set(Notification.objects.unsettled().filter(kind="stock-low-many").values_list("key", flat=True))
    if not told:
        return
    merchant = Merchant.objects.in_scope()
    for key in told:
        start, end = merchant.day_bounds(date.fromisoformat(key))
        still = warnings.filter(opened_at__gte=start, opened_at__lt=end).exclude(variant__in=variants)
        coming = PurchaseLine.objects.filter(order__state__in=(DRAFT, *ON_THE_WAY), variant=OuterRef("variant"))
        if not still.exclude(Exists(coming)).exists():
            settle("stock-low-many", key=key, by=by)


def stock_warning(merchant: Merchant, warning: StockWarning) -> None:
    """Tell of one product that runs out. After the first few of a day the rest are one line together."""
    day = merchant.day_of(warning.opened_at)
    start, end = merchant.day_bounds(day)
    of_the_day = StockWarning.objects.filter(opened_at__gte=start, opened_at__lt=end)
    if of_the_day.filter(pk__lte=warning.pk).count() <= ONE_BY_ONE:
        tell("stock-low", key=str(warning.pk), params=_stock_params(warning))
        return
    key = day.isoformat()
    params = _many_params(of_the_day, day)
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
    params = _many_params(of_the_day, day)
    if params is not None:
        tell("stock-low-many", key=day.isoformat(), params=params, grows="count")


def stock_is_back(merchant: Merchant) -> None:
    """Settle what was told of products that no longer run out."""
    told = Notification.objects.unsettled().filter(kind="stock-low")
    keys = set(told.values_list("key", flat=True))
    rows = {str(warning.pk): warning for warning in StockWarning.objects.filter(pk__in=keys)}
    for key in keys:
        if key not in rows or rows[key].closed_at is not None:
            settle("stock-low", key=key, by=_who_brought(rows[key]) if key in rows else None)
    many = Notification.objects.unsettled().filter(kind="stock-low-many")
    for key in set(many.values_list("key", flat=True)):
        start, end = merchant.day_bounds(date.fromisoformat(key))
        of_the_day = StockWarning.objects.filter(opened_at__gte=start, opened_at__lt=end)
        params = _many_params(of_the_day, date.fromisoformat(key))
        if params is None:
            settle("stock-low-many", key=key)
        else:
            Notification.objects.filter(kind="stock-low-many", key=key).exclude(params=params).update(params=params)


def _who_brought(warning: StockWarning) -> Activity | None:
    """The person's last change of the variant's stock since the warning."""
    changes = _by_person([StockAdjusted, OpeningStockSet], warning.opened_at)
    return changes.filter(payload__variant_id=warning.variant_id).first()


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


def _many_params(of_the_day: StockWarningQuerySet, day: date) -> dict[str, object] | None:
    """Those of one day that are still open, as the list shows them; None when those told one by one are all."""
    first = list(of_the_day.order_by("pk").values_list("pk", flat=True)[:ONE_BY_ONE])
    still = of_the_day.open()
    if not still.exclude(pk__in=first).exists():
        return None
    soonest = still.select_related("variant__product").order_by("out_middle", "pk")[0]
    return {
        "count": still.count(),
        "product": soonest.variant.full_title,
        "day": soonest.out_middle.isoformat(),
        "told": day.isoformat(),
    }


def overdue_since(moment: datetime) -> list[int]:
    """Ids of the merchants who have late orders, or were told so and may have none any more. Across merchants."""
    late = Order.objects.late(now=moment).order_by().values_list("merchant_id", flat=True).distinct()
    told = Notification.objects.unsettled().filter(kind="order-late").order_by()
    return sorted({*late, *told.values_list("merchant_id", flat=True).distinct()})
