"""What is done with a review: it is written, held or published, moderated, and answered by the shop."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any

from django.db import IntegrityError, transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from accounts.activity.log import record
from accounts.activity.models import Activity
from core.actors import Actor
from core.errors import Refused
from core.tenancy import current_tenant_id
from core.validators import CARD_NUMBER, has_card_number
from ecommerce.catalog.models import Product
from ecommerce.customers.models import Customer
from ecommerce.orders.models import Order, OrderLine
from ecommerce.reviews import rules
from ecommerce.reviews.events import (
    ReviewDecisionUndone,
    ReviewEditAsked,
    ReviewFact,
    ReviewHidden,
    ReviewPublished,
    ReviewReplied,
    ReviewRevised,
    ReviewSubmitted,
)
from ecommerce.reviews.models import Review
from ecommerce.reviews.queries import signals_of

UNDO_WITHIN = timedelta(hours=1)
LONGEST_TEXT, LONGEST_TITLE, LONGEST_REPLY, LONGEST_REASON = 5000, 150, 2000, 300


@transaction.atomic
def submit_review(
    *,
    rating: int,
    text: str = "",
    title: str = "",
    product: Product | None = None,
    order: Order | None = None,
    customer: Customer | None = None,
    author_name: str = "",
    is_anonymous: bool = False,
    quality_rating: int | None = None,
    service_rating: int | None = None,
    delivery_rating: int | None = None,
    language: str = "",
    external_id: str = "",
    at: datetime | None = None,
    actor: Actor,
) -> Review:
    """A review comes in, from the buyer's page, the API or an import. A risky one waits for a moderator.

    It is a verified purchase when the order holds the product and has been delivered. Refuses a second review of the
    same product from the same order, a product the order does not hold, and card numbers. The same `external_id`
    again is the same review.
    """
    if external_id:
        known = Review.objects.filter(external_id=external_id).first()
        if known is not None:
            return known
    at = at or timezone.now()
    if product is None and order is None:
        raise Refused("about_missing", _("Say what the review is about: a product, an order or both."))
    if order is not None:
        customer = customer or order.customer
        _check_order(order, product, external_id)
    title, text = _clean(title), _clean(text)
    parts = {"quality_rating": quality_rating, "service_rating": service_rating, "delivery_rating": delivery_rating}
    _check(rating=rating, title=title, text=text, parts=parts)
    is_verified = order is not None and order.delivered_at is not None
    found = rules.assess(
        signals_of(
            text=text,
            title=title,
            rating=rating,
            is_verified=is_verified,
            product=product,
            order=order,
            customer=customer,
            at=at,
        )
    )
    review = Review(
        merchant_id=current_tenant_id(),
        product=product,
        order=order,
        customer=customer,
        author_name=(_clean(author_name) or (order.buyer_name if order else "") or (customer.name if customer else ""))[
            :100
        ],
        is_anonymous=is_anonymous,
        is_verified=is_verified,
        rating=rating,
        title=title,
        text=text,
        language=language or rules.language_of(f"{title} {text}"),
        state=Review.State.HELD if found.is_risky else Review.State.PUBLISHED,
        risk_score=found.score,
        risk_reasons=found.reasons,
        external_id=external_id,
        created_at=at,
        **parts,
    )
    try:
        with transaction.atomic():
            review.save()
    except IntegrityError as clash:
        raise _twice() from clash
    record(
        ReviewSubmitted(
            **_facts(review),
            order_id=review.order_id,
            is_verified=is_verified,
            risk_score=str(found.score),
        ),
        actor=actor,
        subject=review,
    )
    return review


@transaction.atomic
def revise_review(
    review: Review, *, rating: int, text: str, title: str = "", is_anonymous: bool | None = None, actor: Actor
) -> Review:
    """The author changes the review because a moderator asked. It waits for a moderator again, whatever its score."""
    review = _locked(review)
    if review.state != Review.State.EDIT_ASKED:
        raise Refused("edit_not_asked", _("This review is not waiting for a change. It stays as it is."))
    title, text = _clean(title), _clean(text)
    _check(rating=rating, title=title, text=text, parts={})
    now = timezone.now()
    found = rules.assess(
        signals_of(
            text=text,
            title=title,
            rating=rating,
            is_verified=review.is_verified,
            product=review.product,
            order=review.order,
            customer=review.customer,
            at=now,
            leave_out=review.pk,
        )
    )
    _write(
        review,
        rating=rating,
        title=title,
        text=text,
        is_anonymous=review.is_anonymous if is_anonymous is None else is_anonymous,
        state=Review.State.HELD,
        risk_score=found.score,
        risk_reasons=found.reasons,
        revised_at=now,
    )
    record(
        ReviewRevised(**_facts(review)),
        actor=actor,
        subject=review,
        changes={"state": (Review.State.EDIT_ASKED, Review.State.HELD)},
    )
    return review


@transaction.atomic
def publish_review(review: Review, *, reason: str = "", actor: Actor) -> Review:
    """A moderator lets it appear."""
    log = Activity.objects.about(review._meta.label_lower, review.pk)
    shown = list(log.filter(kind__in=[ReviewSubmitted.kind, ReviewPublished.kind]).values_list("kind", "payload"))
    came: dict[str, Any] = next((payload for kind, payload in shown if kind == ReviewSubmitted.kind), {})
    facts = {
        "order_id": review.order_id,
        "is_verified": review.is_verified,
        "is_first": all(payload["state"] != Review.State.PUBLISHED for _kind, payload in shown),
        "rating_before": came.get("rating"),
    }
    return _decide(review, Review.State.PUBLISHED, reason, ReviewPublished, actor, facts)


@transaction.atomic
def hide_review(review: Review, *, reason: str, actor: Actor) -> Review:
    """A moderator takes it out of sight; `reason` is shown to the shop and the author."""
    reason = _given(reason)
    return _decide(review, Review.State.HIDDEN, reason, ReviewHidden, actor, {"reason": reason})


@transaction.atomic
def ask_for_edit(review: Review, *, reason: str, actor: Actor) -> Review:
    """A moderator asks the author to change it; `reason` is what the author reads.

    Refused where the author cannot come back to it: without an order there is no page, without an address no mail.
    """
    review = _locked(review)
    if review.order is None or not review.author_email:
        raise Refused(
            "author_unreachable",
            _("The author of this review left no order and e-mail address to be asked at. Publish or hide it."),
        )
    reason = _given(reason)
    return _decide(review, Review.State.EDIT_ASKED, reason, ReviewEditAsked, actor, {"reason": reason})


@transaction.atomic
def undo_decision(review: Review, *, actor: Actor) -> Review:
    """A moderator takes their own last decision on the review back, within UNDO_WITHIN."""
    review = _locked(review)
    decisions = [cls.kind for cls in (ReviewPublished, ReviewHidden, ReviewEditAsked, ReviewDecisionUndone)]
    last = Activity.objects.about(review._meta.label_lower, review.pk).filter(kind__in=decisions).last()
    fresh = last is not None and last.at > timezone.now() - UNDO_WITHIN
    if (
        last is None
        or not fresh
        or last.kind == ReviewDecisionUndone.kind
        or last.actor_id != actor.id
        or last.changes["state"][1] != review.state
    ):
        raise Refused("nothing_to_undo", _("There is no decision of yours on this review left to take back."))
    new, old = review.state, last.changes["state"][0]
    reason, by = last.changes["moderation_reason"][0], last.changes["moderated_by"][0]
    _write(review, state=old, moderation_reason=reason, moderated_at=None, moderated_by_id=by)
    record(ReviewDecisionUndone(**_facts(review)), actor=actor, subject=review, changes={"state": (new, old)})
    return review


@transaction.atomic
def reply_to_review(review: Review, *, text: str, actor: Actor) -> Review:
    """The shop replies in public under a published review; again to change the reply."""
    review = _locked(review)
    if review.state != Review.State.PUBLISHED:
        raise Refused("not_published", _("Only a published review can be replied to."))
    text = _clean(text)
    if not text:
        raise Refused("reply_missing", _("Write a reply first."), reply=_("Write a reply."))
    if len(text) > LONGEST_REPLY:
        sentence = _("Shorten the reply to %(most)s characters.") % {"most": LONGEST_REPLY}
        raise Refused("reply_too_long", sentence, reply=sentence)
    _no_card(reply=text)
    is_edit = review.replied_at is not None
    _write(review, reply=text, replied_at=timezone.now(), replied_by_label=actor.label[:150])
    record(ReviewReplied(**_facts(review), is_edit=is_edit), actor=actor, subject=review)
    return review


def _decide(
    review: Review, state: str, reason: str, fact: type[ReviewFact], actor: Actor, facts: dict[str, Any]
) -> Review:
    review = _locked(review)
    if not review.may_become(state):
        sentence = _("Review %(review)s is in this state already: %(state)s.")
        raise Refused("already_decided", sentence % {"review": review, "state": review.get_state_display()}, status=409)
    old, old_reason, old_by = review.state, review.moderation_reason, review.moderated_by_id
    by = actor.id if actor.kind == "user" else None
    _write(review, state=state, moderated_at=timezone.now(), moderated_by_id=by, moderation_reason=reason)
    changes = {"state": (old, state), "moderation_reason": (old_reason, reason), "moderated_by": (old_by, by)}
    record(fact(**_facts(review), **facts), actor=actor, subject=review, changes=changes)
    return review


def _facts(review: Review) -> dict[str, Any]:
    return {
        "review_id": review.pk,
        "product_id": review.product_id,
        "rating": review.rating,
        "state": str(review.state),
        "days": [review.merchant.day_of(review.created_at).isoformat()],
    }


def _locked(review: Review) -> Review:
    """The review as it is now; on PostgreSQL nobody else changes it until the transaction ends."""
    rows = Review.objects.select_for_update(of=("self",)).select_related("merchant", "product", "order", "customer")
    return rows.get(pk=review.pk)


def _write(review: Review, **fields: Any) -> None:
    """Write these fields if the review is still as it was read. Raises Refused("changed_meanwhile")."""
    now = timezone.now()
    unchanged = Review.objects.filter(pk=review.pk, updated_at=review.updated_at)
    if not unchanged.update(updated_at=now, **fields):
        raise Refused(
            "changed_meanwhile", _("Somebody else changed this review a moment ago. Look at it again."), status=409
        )
    for name, value in {"updated_at": now, **fields}.items():
        setattr(review, name, value)


def _check_order(order: Order, product: Product | None, external_id: str) -> None:
    """Refuse a product the order does not hold, and a second review; imported reviews may repeat."""
    if product is not None and not OrderLine.objects.filter(order=order, variant__product=product).exists():
        sentence = _("Order %(number)s does not hold this product.") % {"number": order.number}
        raise Refused("product_not_in_order", sentence, product=sentence)
    if not external_id and Review.objects.filter(order=order, product=product, external_id="").exists():
        raise _twice()


def _twice() -> Refused:
    return Refused("already_reviewed", _("This purchase has a review already; there is one for each product."))


def _check(*, rating: Any, title: str, text: str, parts: dict[str, Any]) -> None:
    wrong: dict[str, Any] = {}
    for name, stars in {"rating": rating, **parts}.items():
        if stars is not None and (isinstance(stars, bool) or not isinstance(stars, int) or not 1 <= stars <= 5):
            wrong[name] = _("Give one to five stars.")
    if len(text) > LONGEST_TEXT:
        wrong["text"] = _("Shorten the text to %(most)s characters.") % {"most": LONGEST_TEXT}
    if len(title) > LONGEST_TITLE:
        wrong["title"] = _("Shorten the title to %(most)s characters.") % {"most": LONGEST_TITLE}
    if wrong:
        raise Refused("review_invalid", next(iter(wrong.values())), **wrong)
    _no_card(title=title, text=text)


def _no_card(**texts: str) -> None:
    for name, text in texts.items():
        if has_card_number(text):
            fields: dict[str, Any] = {name: CARD_NUMBER}
            raise Refused("card_number", str(CARD_NUMBER), **fields)


def _given(reason: str) -> str:
    reason = _clean(reason)
    if not reason:
        raise Refused("reason_missing", _("Say why; the author and the shop read it."), reason=_("Give a reason."))
    return reason[:LONGEST_REASON]


def _clean(text: str) -> str:
    return text.replace("\0", "").strip()
