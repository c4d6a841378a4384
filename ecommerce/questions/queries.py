"""Reading buyers' questions: for lists and pages, and counted by product."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from django.db.models import BooleanField, Count, ExpressionWrapper, Q, QuerySet

from core.among import Among
from ecommerce.catalog.models import Product
from ecommerce.questions.models import ProductQuestion, ProductQuestionQuerySet
from ecommerce.questions.rules import ANSWER_WITHIN

WINDOW = timedelta(days=90)


def question_list() -> ProductQuestionQuerySet:
    """Questions with all that a row, an export and the API show."""
    rows: ProductQuestionQuerySet = ProductQuestion.objects.select_related("merchant", "product")
    return rows


def search_questions(rows: QuerySet[ProductQuestion], words: str) -> QuerySet[ProductQuestion]:
    """By question, answer, who asked, product, or number ("Q-12")."""
    number = words.upper().removeprefix("Q-")
    found = Q(text__icontains=words) | Q(answer__icontains=words) | Q(asked_by__icontains=words)
    found |= Q(product__title__icontains=words)
    if number.isascii() and number.isdigit() and len(number) < 16:
        found |= Q(pk=int(number))
    return rows.filter(found)


def newest_of(product: Product, at_most: int) -> list[ProductQuestion]:
    """The questions on the page of a product: those that wait first, then the newest."""
    waits = ExpressionWrapper(Q(answered_at=None), BooleanField())
    return list(question_list().filter(product=product).order_by(waits.desc(), "-asked_at", "-pk")[:at_most])


@dataclass(frozen=True)
class Asked:
    """Questions about one product in 90 days, and how many of them wait for longer than a day."""

    count: int = 0
    late: int = 0


def asked_by_product(now: datetime, products: Sequence[int] | None = None) -> dict[int, Asked]:
    """Of all products that were asked about in the 90 days until `now`, or of some; one query."""
    rows: Any = ProductQuestion.objects.filter(asked_at__gte=now - WINDOW, asked_at__lte=now)
    if products is not None:
        rows = rows.filter(Among("product_id", products))
    late = Q(answered_at=None, asked_at__lt=now - ANSWER_WITHIN)
    counted = rows.order_by().values("product_id").annotate(n=Count("pk"), late=Count("pk", filter=late))
    return {row["product_id"]: Asked(row["n"], row["late"]) for row in counted}


@dataclass(frozen=True)
class Came:
    """The questions that came in during some time: how many, how many of them are open, the first of these."""

    count: int
    open: int
    first: ProductQuestion | None


def came_between(start: datetime, end: datetime) -> Came:
    rows = ProductQuestion.objects.filter(created_at__gte=start, created_at__lt=end)
    sums = rows.aggregate(n=Count("pk"), waiting=Count("pk", filter=Q(answered_at=None)))
    first = rows.filter(answered_at=None).select_related("product").order_by("created_at", "pk").first()
    return Came(sums["n"], sums["waiting"], first)
