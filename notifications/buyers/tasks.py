"""Letters that many buyers get at once, a stretch at a time, and those that wait a moment."""

from __future__ import annotations

from datetime import datetime, timedelta

from django.utils import timezone

from accounts.jobs.queue import enqueue
from core.events import moved_from
from core.tasks import task
from core.tenancy import every_tenant
from ecommerce.buyers import letters
from ecommerce.coupons.models import Coupon
from ecommerce.coupons.queries import running_out
from ecommerce.customers.models import Customer
from ecommerce.fulfilment.models import ParcelCase
from ecommerce.loyalty.models import PointsEntry
from ecommerce.loyalty.queries import ending_soon, newest_of
from ecommerce.orders.models import Order
from ecommerce.reviews.models import Review
from notifications.buyers.letters import write_to_buyer
from notifications.buyers.models import BuyerNotice
from notifications.texts import telling

STRETCH = 200
POINTS_BEFORE, COUPON_BEFORE = timedelta(days=30), timedelta(days=3)
KEEP = timedelta(days=400)  # as long as the mails themselves


@task()
def write_confirmations(order_ids: list[int]) -> None:
    """Tell the buyers that the shop has taken their orders; one that was called off since is left out."""
    orders = Order.objects.select_related("customer", "merchant").filter(pk__in=order_ids, confirmed_at__isnull=False)
    # what goes out in exchange was not ordered; its buyer hears of it when it leaves
    for order in orders.exclude(state=Order.State.CANCELLED).filter(in_exchange_for=None).order_by("pk"):
        name = f"buyer:order:{order.pk}:order_confirmed"
        write_to_buyer(order, "order_confirmed", values=telling.of_order(order), dedupe=name)


@task()
def write_of_overdue(carrier_id: int, since: str, after: int = 0) -> None:
    """Apologise for the parcels of a carrier (0: of none that is known) that were found overdue `since` then (ISO)."""
    cases = ParcelCase.objects.open().filter(reason=ParcelCase.Reason.OVERDUE, pk__gt=after)
    cases = cases.filter(shipment__carried_by=carrier_id or None, opened_at__gte=datetime.fromisoformat(since))
    found = list(
        cases.select_related("shipment__order__customer", "shipment__order__merchant").order_by("pk")[:STRETCH]
    )
    for case in found:
        parcel = case.shipment
        values = telling.of_trouble(parcel, case.reason)
        write_to_buyer(parcel.order, "delayed", values=values, dedupe=f"buyer:parcel:{parcel.pk}:delayed")
    if len(found) == STRETCH:
        last = found[-1].pk
        enqueue(write_of_overdue, carrier_id, since, last, key=f"buyers-overdue:{carrier_id}:{since}:{last}")


@task()
def write_of_points(entry_ids: list[int]) -> None:
    """Tell buyers what points their completed orders brought."""
    rows = PointsEntry.objects.filter(pk__in=entry_ids, order__isnull=False)
    for entry in rows.select_related("order__customer", "order__merchant").order_by("pk"):
        assert entry.order is not None
        name = f"buyer:order:{entry.order.pk}:points_earned"
        write_to_buyer(entry.order, "points_earned", values=telling.of_points(entry), dedupe=name)


@task()
def write_of_coupons(coupon_ids: list[int]) -> None:
    """Tell buyers of coupons they got; one that was used, withdrawn or is over meanwhile is left out."""
    today = timezone.localdate()
    rows = Coupon.objects.unused().filter(pk__in=coupon_ids, customer__isnull=False).exclude(valid_until__lt=today)
    for coupon in rows.select_related("customer__merchant").order_by("pk"):
        assert coupon.customer is not None
        name = f"buyer:coupon:{coupon.pk}:coupon_given"
        write_to_buyer(coupon.customer, "coupon_given", values=telling.of_coupon(coupon), dedupe=name)


@task()
def remind_of_endings() -> None:
    """Tell buyers of points that expire within 30 days, once a month, and of coupons that do within 3, once each.

    Once a day, in the time zone of the shop. A coupon that was good for no longer than that is left out.
    """
    today = timezone.localdate()
    for some in ending_soon(today, today + POINTS_BEFORE):
        buyers = Customer.objects.select_related("merchant").in_bulk([one.customer_id for one in some])
        left = newest_of(buyers.keys())
        for one in some:
            values = telling.of_ending(one.points, one.on, left[one.customer_id][1])
            name = f"buyer:customer:{one.customer_id}:points_ending:{today:%Y-%m}"
            write_to_buyer(buyers[one.customer_id], "points_ending", values=values, dedupe=name)
    for coupon in running_out(today, today + COUPON_BEFORE).select_related("customer__merchant").order_by("pk"):
        is_short = coupon.valid_until - timezone.localdate(coupon.created_at) <= COUPON_BEFORE
        if is_short or coupon.customer is None:
            continue
        name = f"buyer:coupon:{coupon.pk}:coupon_ending"
        write_to_buyer(coupon.customer, "coupon_ending", values=telling.of_coupon(coupon), dedupe=name)


@moved_from("ecommerce.buyers.tasks.ask_author")
@task()
def ask_author(review_id: int, activity_id: int) -> None:
    """Write to the author that a change is asked for, unless the moderator took it back meanwhile."""
    reviews = Review.objects.select_related("product", "customer", "order__merchant", "order__customer")
    review = reviews.filter(pk=review_id).first()
    if review is None or review.state != Review.State.EDIT_ASKED or review.order is None or not review.author_email:
        return
    order = review.order
    values = {"letter": lambda: letters.edit_asked(review, order)}
    name = f"review-edit:{activity_id}"
    write_to_buyer(order, "review_edit", values=values, dedupe=name, to=review.author_email)


@task(per_merchant=False)
def prune_notices() -> None:
    """Forget what became of letters after 400 days."""
    with every_tenant("keep the log of letters of all merchants no longer than their mails"):
        BuyerNotice.objects.filter(at__lt=timezone.now() - KEEP).delete()
