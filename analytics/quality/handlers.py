"""What changes a listing, or is asked and answered about it, makes it be scored again."""

from __future__ import annotations

from typing import Any

from accounts.activity.models import Activity
from accounts.jobs.queue import enqueue
from analytics.quality.tasks import score_product
from core.events import handles
from ecommerce.catalog.events import PriceChanged, ProductChanged, ProductCreated, ProductStateChanged
from ecommerce.questions.events import QuestionAnswered, QuestionAsked


@handles(ProductCreated, ProductChanged, ProductStateChanged, PriceChanged, QuestionAsked, QuestionAnswered)
def listing_changed(event: Any, activity: Activity) -> None:
    enqueue(score_product, event.product_id, key=f"quality:{event.product_id}")
