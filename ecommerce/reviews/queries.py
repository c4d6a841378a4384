"""Reads of reviews: lists, what the risk score rests on, and what a moderator looks at beside a review."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from django.db.models import Avg, Count, Q, QuerySet, TextField
from django.db.models.functions import Cast, Length

from core.tenancy import every_tenant
from ecommerce.catalog.models import Product
from ecommerce.customers.models import Customer
from ecommerce.orders.models import Order
from ecommerce.reviews import rules
from ecommerce.reviews.models import Review, ReviewQuerySet

LIKE_DAYS = 30
LIKE_AT_MOST = 2000  # texts compared with a new one, newest first: about 50 ms
USUAL_DAYS = 90


def review_list() -> ReviewQuerySet:
    """Reviews with all that a row, an export and the API show."""
    rows: ReviewQuerySet = Review.objects.select_related("merchant", "product", "order", "customer")
    return rows


def search_reviews(rows: QuerySet[Review], words: str) -> QuerySet[Review]:
    """By text, title, author, product, or number ("R-12")."""
    number = words.upper().removeprefix("R-")
    found = Q(text__icontains=words) | Q(title__icontains=words)
    found |= Q(author_name__icontains=words, is_anonymous=False)
    found |= Q(product__title__icontains=words)
    if number.isascii() and number.isdigit() and len(number) < 16:
        found |= Q(pk=int(number))
    return rows.filter(found)


def of_order(order: Order) -> QuerySet[Review]:
    return Review.objects.filter(order=order).select_related("product").order_by("pk")


@dataclass(frozen=True)
class Standing:
    """What buyers think of a product: published reviews and their mean, None where there is none."""

    count: int
    mean: float | None
    stars: Sequence[tuple[int, int, int]] = ()

    @property
    def mean_label(self) -> str:
        return "–" if self.mean is None else f"{self.mean:.1f}"


def standing(product: Product | None) -> Standing:
    """The product's published reviews; `stars` is (stars, how many, percent) from five to one."""
    if product is None:
        return Standing(0, None)
    counted = Review.objects.published().filter(product=product).values("rating").order_by().annotate(n=Count("pk"))
    counts = {row["rating"]: row["n"] for row in counted}
    total = sum(counts.values())
    if not total:
        return Standing(0, None)
    mean = sum(rating * n for rating, n in counts.items()) / total
    return Standing(
        total,
        mean,
        [(rating, counts.get(rating, 0), round(100 * counts.get(rating, 0) / total)) for rating in (5, 4, 3, 2, 1)],
    )


def signals_of(
    *,
    text: str,
    title: str,
    rating: int,
    is_verified: bool,
    product: Product | None,
    order: Order | None,
    customer: Customer | None,
    at: datetime,
    leave_out: int = 0,
) -> rules.Signals:
    """What is known about a review written at `at`, for rules.assess(). `leave_out` is its own id."""
    since = at - timedelta(hours=rules.BURST_HOURS)
    window = Q(created_at__gt=since, created_at__lte=at)
    product_recent, usual, mean, count = 0, 0.0, None, 0
    if product is not None:
        figures = (
            Review.objects.filter(product=product)
            .exclude(pk=leave_out)
            .aggregate(
                recent=Count("pk", filter=window),
                before=Count("pk", filter=Q(created_at__gt=at - timedelta(days=USUAL_DAYS), created_at__lte=since)),
                mean=Avg("rating", filter=Q(state=Review.State.PUBLISHED)),
                count=Count("pk", filter=Q(state=Review.State.PUBLISHED)),
            )
        )
        product_recent, usual = figures["recent"], figures["before"] * rules.BURST_HOURS / 24 / USUAL_DAYS
        mean, count = figures["mean"], figures["count"]
    like = like_texts(text, at=at, order_id=order.pk if order else None, leave_out=leave_out)
    return rules.Signals(
        text=text,
        title=title,
        rating=rating,
        is_verified=is_verified,
        likeness=like[0][0] if like else 0.0,
        like_count=len(like),
        like_shops=len({merchant_id for _, _, merchant_id in like}),
        author_recent=_author_recent(customer, order, window, leave_out),
        product_recent=product_recent,
        product_usual=usual,
        product_mean=float(mean) if mean is not None else None,
        product_count=count,
    )


def like_texts(
    text: str, *, at: datetime, order_id: int | None = None, leave_out: int = 0
) -> list[tuple[float, int, int]]:
    """Recent reviews anywhere on the marketplace with nearly the same text: (likeness, review id, merchant id).

    Most alike first. Reviews of the same order are left out: a buyer may say the same of two things in one parcel.
    """
    own = rules.grams(text)
    if not own:
        return []
    shortest, longest = rules.length_band(text)
    with every_tenant("the same text in other shops tells a fake"):
        rows = (
            Review.objects.filter(created_at__gt=at - timedelta(days=LIKE_DAYS), created_at__lte=at + timedelta(days=1))
            .exclude(pk=leave_out)
            .annotate(length=Length("text"))
            .filter(length__gte=shortest, length__lte=longest)
            .order_by("-created_at")
        )
        if order_id is not None:
            rows = rows.exclude(order_id=order_id)
        candidates = list(rows.values_list("text", "pk", "merchant_id")[:LIKE_AT_MOST])
    alike = [
        (degree, pk, merchant_id)
        for other, pk, merchant_id in candidates
        if (degree := rules.likeness(own, rules.grams(other))) >= rules.NEAR_COPY_FROM
    ]
    return sorted(alike, key=lambda row: (-row[0], row[1]))


def _by_author(customer: Customer | None, order: Order | None) -> Q | None:
    """The reviews of one person in all shops: known by e-mail address, else by customer."""
    email = (customer.email if customer else "") or (order.buyer_email if order else "")
    if email:
        return Q(customer__email=email) | Q(order__buyer_email=email, customer=None)
    return Q(customer=customer) if customer else None


def _author_recent(customer: Customer | None, order: Order | None, window: Q, leave_out: int) -> int:
    """How many reviews the author wrote in the window, those of the same order not counted."""
    author = _by_author(customer, order)
    if author is None:
        return 0
    with every_tenant("count what one author writes in all shops"):
        rows = Review.objects.filter(author).filter(window).exclude(pk=leave_out)
        if order is not None:
            rows = rows.exclude(order=order)
        return rows.count()


def with_reason(rows: QuerySet[Review], code: str) -> QuerySet[Review]:
    """Reviews that have this risk reason."""
    return rows.annotate(reasons=Cast("risk_reasons", TextField())).filter(reasons__contains=f'"{code}"')


# Staff: what stands beside a review in the workbench. These run across merchants.


@dataclass(frozen=True)
class Like:
    review: Review
    percent: int


def same_words(review: Review, at_most: int = 5) -> list[Like]:
    """The most similar reviews of the marketplace around the time the review was written."""
    found = like_texts(review.text, at=review.created_at, order_id=review.order_id, leave_out=review.pk)[:at_most]
    rows = Review.objects.select_related("merchant", "product").in_bulk([pk for _, pk, _ in found])
    return [Like(rows[pk], int(degree * 100)) for degree, pk, _ in found if pk in rows]


@dataclass(frozen=True)
class AuthorHistory:
    """What one person did in all shops; None where the author cannot be told from others."""

    since: datetime
    shops: int
    orders: int
    reviews: int
    hidden: int
    edits_asked: int
    mean: float | None
    complaints: int


def author_history(review: Review) -> AuthorHistory | None:
    author = _by_author(review.customer, review.order)
    if author is None:
        return None
    figures = Review.objects.filter(author).aggregate(
        n=Count("pk"),
        hidden=Count("pk", filter=Q(state=Review.State.HIDDEN)),
        asked=Count("pk", filter=Q(state=Review.State.EDIT_ASKED)),
        mean=Avg("rating"),
    )
    email = review.author_email
    same = Q(email=email) if email else Q(pk=review.customer_id)
    people = Customer.objects.filter(same)
    first = people.order_by("created_at").values_list("created_at", flat=True).first()
    orders = Order.objects.filter(Q(buyer_email=email) if email else Q(customer_id=review.customer_id))
    ordered = orders.aggregate(
        n=Count("pk"), shops=Count("merchant", distinct=True), complaints=Count("complaints", distinct=True)
    )
    return AuthorHistory(
        since=min(first or review.created_at, review.created_at),
        shops=ordered["shops"],
        orders=ordered["n"],
        reviews=figures["n"],
        hidden=figures["hidden"],
        edits_asked=figures["asked"],
        mean=figures["mean"],
        complaints=ordered["complaints"],
    )


def moderation_list() -> QuerySet[Review]:
    """Reviews for the workbench, across merchants."""
    return Review.objects.select_related("merchant", "product", "order", "customer", "moderated_by")


def to_moderate() -> QuerySet[Review]:
    return moderation_list().filter(state=Review.State.HELD)
