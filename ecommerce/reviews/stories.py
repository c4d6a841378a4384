"""What reviews tell on the timeline of their order."""

from __future__ import annotations

from core.statements import Shaped
from ecommerce.orders.stories import Story, declare, facts_about_things, from_log
from ecommerce.reviews.models import Review

declare(
    Story(
        "reviews",
        "reviews.view",
        Shaped(lambda pk: facts_about_things(Review.objects.filter(order=pk))),
        from_log("review-detail", lambda entry: entry.subject_id),
    )
)
