"""Mails to buyers that wait a moment before they go."""

from __future__ import annotations

from core.mail import send_letter
from core.tasks import task
from ecommerce.buyers import letters
from ecommerce.buyers.links import language_for
from ecommerce.reviews.models import Review


@task()
def ask_author(review_id: int, activity_id: int) -> None:
    """Write to the author that a change is asked for, unless the moderator took it back meanwhile."""
    review = Review.objects.select_related("product", "customer", "order__merchant").filter(pk=review_id).first()
    if review is None or review.state != Review.State.EDIT_ASKED or review.order is None or not review.author_email:
        return
    order = review.order
    send_letter(
        lambda: letters.edit_asked(review, order),
        to=review.author_email,
        language=language_for(review.customer),
        purpose="buyer",
        dedupe=f"review-edit:{activity_id}",
    )
