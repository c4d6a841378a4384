"""Reads of complaints: lists, and what stands beside one."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta

from django.db.models import Count, F, Q, QuerySet
from django.utils import timezone

from ecommerce.complaints import rules
from ecommerce.complaints.models import Complaint, ComplaintMessage
from ecommerce.orders.models import OrderLine

SIMILAR_DAYS = 90


def complaint_list() -> QuerySet[Complaint]:
    """Complaints with all that a row, an export and the API show."""
    return Complaint.objects.select_related("merchant", "order", "customer", "product", "decided_by")


def search_complaints(rows: QuerySet[Complaint], words: str) -> QuerySet[Complaint]:
    """By number, subject, buyer, order or product."""
    return rows.filter(
        Q(number__icontains=words)
        | Q(subject__icontains=words)
        | Q(customer__name__icontains=words)
        | Q(customer__email__iexact=words)
        | Q(order__number__icontains=words)
        | Q(product__title__icontains=words)
        | Q(order__buyer_name__icontains=words)
    )


def conversation(complaint: Complaint, *, side: str) -> list[ComplaintMessage]:
    """What this side may read, oldest first: everybody's messages and its own notes."""
    return list(complaint.messages.filter(Q(is_internal=False) | Q(author=side)))


def lines_about(complaint: Complaint) -> list[OrderLine]:
    """The order's lines, those of the product that the complaint is about first."""
    if complaint.order is None:
        return []
    lines = list(complaint.order.lines.select_related("variant"))
    return sorted(lines, key=lambda line: not (line.variant and line.variant.product_id == complaint.product_id))


@dataclass(frozen=True)
class Similar:
    """Other complaints about the same product in SIMILAR_DAYS: how many, how many with the same topic, the newest."""

    count: int
    same_topic: int
    newest: list[Complaint]


def similar_complaints(complaint: Complaint, *, now: datetime) -> Similar:
    if complaint.product_id is None:
        return Similar(0, 0, [])
    rows = (
        Complaint.objects.filter(product=complaint.product_id, opened_at__gt=now - timedelta(days=SIMILAR_DAYS))
        .exclude(pk=complaint.pk)
        .order_by("-opened_at", "-pk")
    )
    counts = rows.aggregate(n=Count("pk"), same=Count("pk", filter=Q(topic=complaint.topic)))
    return Similar(counts["n"], counts["same"], list(rows.select_related("merchant")[:3]))


def of_buyer(complaint: Complaint) -> QuerySet[Complaint]:
    """The other complaints of the same buyer, in all shops in scope."""
    email = complaint.buyer_email
    if email:
        same = Q(customer__email=email) | Q(customer=None, order__buyer_email=email)
    elif complaint.customer_id:
        same = Q(customer=complaint.customer_id)
    else:
        return Complaint.objects.none()
    return Complaint.objects.filter(same).exclude(pk=complaint.pk)


@dataclass(frozen=True)
class Record:
    """How a party's complaints went. `late` were not answered within the 24 hours; partly counts as for the buyer."""

    complaints: int
    open: int
    for_buyer: int
    for_merchant: int
    late: int

    @property
    def decided(self) -> int:
        return self.for_buyer + self.for_merchant


def record_of(rows: QuerySet[Complaint], *, now: datetime | None = None) -> Record:
    now = now or timezone.now()
    over = Q(answered_at__gt=F("opened_at") + rules.ANSWER_WITHIN)
    never = Q(answered_at=None, opened_at__lt=now - rules.ANSWER_WITHIN)
    figures = rows.order_by().aggregate(
        n=Count("pk"),
        open=Count("pk", filter=Q(state__in=Complaint.OPEN)),
        for_buyer=Count("pk", filter=Q(decision__in=[Complaint.Decision.FOR_BUYER, Complaint.Decision.PARTLY])),
        for_merchant=Count("pk", filter=Q(decision=Complaint.Decision.FOR_MERCHANT)),
        late=Count("pk", filter=over | never),
    )
    return Record(figures["n"], figures["open"], figures["for_buyer"], figures["for_merchant"], figures["late"])


def record_of_shop(complaint: Complaint, *, now: datetime) -> Record:
    """The shop's complaints of SIMILAR_DAYS, this one left out."""
    since = now - timedelta(days=SIMILAR_DAYS)
    rows = Complaint.objects.filter(merchant=complaint.merchant_id, opened_at__gt=since).exclude(pk=complaint.pk)
    return record_of(rows, now=now)
