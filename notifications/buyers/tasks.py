"""Letters that many buyers get at once, a stretch at a time, and those that wait a moment."""

from __future__ import annotations

from datetime import datetime, timedelta

from django.utils import timezone

from accounts.jobs.queue import enqueue
from core.events import moved_from
from core.tasks import task
from core.tenancy import every_tenant
from ecommerce.buyers import letters
from ecommerce.fulfilment.models import ParcelCase
from ecommerce.orders.models import Order
from ecommerce.reviews.models import Review
from notifications.buyers.letters import write_to_buyer
from notifications.buyers.models import BuyerNotice
from notifications.texts import telling

STRETCH = 200
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
