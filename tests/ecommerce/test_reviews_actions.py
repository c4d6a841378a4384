"""Reviews come in, are held or published, moderated and replied to."""

from __future__ import annotations

from datetime import timedelta
from decimal import Decimal

import pytest
from django.utils import timezone

from accounts.models import Activity, Job
from core.actors import SYSTEM, Actor
from core.errors import Refused
from core.tenancy import every_tenant, tenant
from ecommerce.models import Order, Review
from ecommerce.reviews.actions import (
    ask_for_edit,
    hide_review,
    publish_review,
    reply_to_review,
    revise_review,
    submit_review,
    undo_decision,
)
from tests import factories

BUYER = Actor("buyer", None, "Sun Jiayi")
TEXT = "The glaze is even, the lid sits tight and the spout does not drip even when I pour quickly."
RISKY = "Cheaper at teadeals-shop.example, look there before you buy it here."


@pytest.fixture
def line(scope):
    """A delivered order of one product."""
    order = factories.OrderFactory(
        state=Order.State.DELIVERED, delivered_at=timezone.now() - timedelta(days=2), buyer_name="Sun Jiayi"
    )
    return factories.OrderLineFactory(order=order)


def write(line, **fields):
    fields = {"rating": 5, "text": TEXT, "order": line.order, "product": line.variant.product, **fields}
    return submit_review(actor=BUYER, **fields)


def kinds() -> list[str]:
    return list(Activity.objects.order_by("pk").values_list("kind", flat=True))


def refusal(action, *args, **kwargs) -> str:
    """The code of the refusal; nothing was written, recorded or queued."""
    before = (list(Review.objects.order_by("pk").values()), Activity.objects.count(), Job.objects.count())
    with pytest.raises(Refused) as caught:
        action(*args, **kwargs)
    assert (list(Review.objects.order_by("pk").values()), Activity.objects.count(), Job.objects.count()) == before
    return caught.value.code


def test_a_plain_review_of_a_delivered_order_is_verified_and_published(line):
    review = write(line)

    assert (review.state, review.is_verified, review.risk_score, review.risk_reasons) == (
        "published",
        True,
        Decimal("0.000"),
        [],
    )
    assert (review.author_name, review.customer_id) == ("Sun Jiayi", line.order.customer_id)
    entry = Activity.objects.get()
    day = line.order.merchant.day_of(review.created_at).isoformat()
    assert (entry.kind, entry.actor_kind, entry.payload) == (
        "reviews.submitted",
        "buyer",
        {
            "review_id": review.pk,
            "product_id": review.product_id,
            "rating": 5,
            "state": "published",
            "days": [day],
            "order_id": line.order_id,
            "is_verified": True,
            "risk_score": "0.000",
        },
    )


def test_a_risky_review_is_held(line):
    review = write(line, text=RISKY)

    assert (review.state, review.risk_score) == ("held", Decimal("0.600"))
    assert [reason["code"] for reason in review.risk_reasons] == ["link"]
    assert Activity.objects.get().payload["state"] == "held"


def test_before_delivery_it_is_not_a_verified_purchase(line):
    line.order.delivered_at = None
    line.order.save()

    review = write(line)

    assert (review.is_verified, review.state) == (False, "published")
    assert [reason["code"] for reason in review.risk_reasons] == ["unverified"]


def test_one_review_for_each_product_of_an_order(line):
    other = factories.OrderLineFactory(order=line.order)
    write(line)
    write(other)

    assert refusal(write, line) == "already_reviewed"
    assert Review.objects.count() == 2


def test_one_review_of_an_order_as_a_whole(line):
    write(line, product=None)

    assert refusal(write, line, product=None) == "already_reviewed"


def test_an_imported_review_comes_in_once(line):
    first = write(line, external_id="olist-1")
    again = write(line, external_id="olist-1", rating=1)
    other = write(line, external_id="olist-2")

    assert (again.pk, again.rating) == (first.pk, 5)
    assert other.pk != first.pk
    assert kinds() == ["reviews.submitted", "reviews.submitted"]


@pytest.mark.parametrize(
    ("fields", "code"),
    [
        ({"rating": 0}, "review_invalid"),
        ({"rating": 6}, "review_invalid"),
        ({"rating": "5"}, "review_invalid"),
        ({"rating": True}, "review_invalid"),
        ({"service_rating": 9}, "review_invalid"),
        ({"text": "x" * 5001}, "review_invalid"),
        ({"title": "x" * 151}, "review_invalid"),
        ({"text": "paid with 4111 1111 1111 1111 and never again"}, "card_number"),
        ({"order": None, "product": None}, "about_missing"),
    ],
)
def test_what_is_refused(line, fields, code):
    assert refusal(write, line, **fields) == code


def test_a_product_that_the_order_does_not_hold(line):
    stranger = factories.ProductFactory()

    assert refusal(write, line, product=stranger) == "product_not_in_order"


def test_odd_characters_are_kept_or_dropped_not_a_crash(line):
    review = write(line, text="好杯子🍵\0 <script>alert(1)</script>")

    assert review.text == "好杯子🍵 <script>alert(1)</script>"


def test_a_copy_of_another_shops_review_is_held(line, rival):
    with tenant(rival):
        submit_review(rating=5, text=TEXT, product=factories.ProductFactory(), actor=SYSTEM)

    review = write(line, text=TEXT.replace("quickly", "QUICKLY!"))

    assert review.state == "held"
    assert [reason["code"] for reason in review.risk_reasons] == ["copy"]
    assert review.risk_reasons[0]["facts"] == {"percent": 100, "count": 1, "shops": 1}


def test_the_same_words_for_two_things_in_one_parcel_are_no_copy(line):
    write(line)

    assert write(factories.OrderLineFactory(order=line.order)).state == "published"


def test_many_reviews_by_one_author_in_a_day_count_in_all_shops(line, rival):
    email = line.order.customer.email
    with tenant(rival):
        twin = factories.CustomerFactory(email=email)
        for _ in range(4):
            submit_review(rating=5, product=factories.ProductFactory(), customer=twin, actor=SYSTEM)

    review = write(line)

    assert [reason["code"] for reason in review.risk_reasons] == ["author_burst"]


def test_many_reviews_of_one_product_in_a_day(line):
    product = line.variant.product
    for _ in range(8):
        submit_review(rating=5, product=product, actor=SYSTEM)

    assert [reason["code"] for reason in write(line).risk_reasons] == ["product_burst"]


def test_a_rating_far_from_the_usual(line):
    product = line.variant.product
    long_ago = timezone.now() - timedelta(days=20)
    for _ in range(10):
        submit_review(rating=5, product=product, at=long_ago, actor=SYSTEM)

    assert [reason["code"] for reason in write(line, rating=1).risk_reasons] == ["rating_far"]


def test_a_moderator_publishes(line, mo):
    review = publish_review(write(line, text=RISKY), actor=mo.actor)

    assert (review.state, review.moderated_by, review.moderated_at is not None) == ("published", mo, True)
    entry = Activity.objects.get(kind="reviews.published")
    assert entry.changes["state"] == ["held", "published"]
    assert entry.merchant_id == review.merchant_id


def test_a_moderator_hides_with_a_reason(line, mo):
    review = hide_review(write(line), reason="Advertising", actor=mo.actor)

    assert (review.state, review.moderation_reason) == ("hidden", "Advertising")
    assert Activity.objects.get(kind="reviews.hidden").payload["reason"] == "Advertising"


@pytest.mark.parametrize("action", [hide_review, ask_for_edit])
def test_a_reason_is_required(line, mo, action):
    review = write(line)

    assert refusal(action, review, reason="  ", actor=mo.actor) == "reason_missing"


@pytest.mark.parametrize(
    ("first", "again"), [(publish_review, publish_review), (hide_review, hide_review), (ask_for_edit, ask_for_edit)]
)
def test_a_decision_is_taken_once(line, mo, first, again):
    review = write(line, text=RISKY)
    first(review, reason="Because", actor=mo.actor)

    assert refusal(again, review, reason="Because", actor=mo.actor) == "already_decided"


def test_nobody_can_be_asked_without_an_address(scope, mo):
    review = submit_review(rating=5, text=RISKY, product=factories.ProductFactory(), actor=SYSTEM)

    assert refusal(ask_for_edit, review, reason="Take the link out.", actor=mo.actor) == "author_unreachable"


def test_an_edited_review_waits_for_a_moderator_again(line, mo):
    review = ask_for_edit(write(line, text=RISKY), reason="Take the link out.", actor=mo.actor)
    review = revise_review(review, rating=4, text=TEXT, actor=BUYER)

    assert (review.state, review.rating, review.text) == ("held", 4, TEXT)
    assert (review.risk_score, review.revised_at is not None) == (Decimal("0.000"), True)
    assert kinds() == ["reviews.submitted", "reviews.edit_asked", "reviews.revised"]


def test_only_what_was_asked_for_is_edited(line):
    review = write(line)

    assert refusal(revise_review, review, rating=1, text="Changed my mind", actor=BUYER) == "edit_not_asked"


@pytest.mark.parametrize("action", [publish_review, hide_review, ask_for_edit])
def test_a_decision_is_taken_back(line, mo, action):
    review = action(write(line, text=RISKY), reason="Because", actor=mo.actor)

    review = undo_decision(review, actor=mo.actor)

    assert (review.state, review.moderation_reason, review.moderated_by_id) == ("held", "", None)
    assert refusal(undo_decision, review, actor=mo.actor) == "nothing_to_undo"


def test_an_undo_goes_back_to_the_earlier_decision(line, mo):
    review = hide_review(write(line), reason="Advertising", actor=mo.actor)
    other = factories.UserFactory(staff_role="moderator")
    publish_review(review, actor=other.actor)

    review = undo_decision(review, actor=other.actor)

    assert (review.state, review.moderation_reason, review.moderated_by_id) == ("hidden", "Advertising", mo.pk)


def test_somebody_elses_decision_is_not_taken_back(line, mo):
    review = hide_review(write(line), reason="Advertising", actor=mo.actor)
    other = factories.UserFactory(staff_role="moderator")

    assert refusal(undo_decision, review, actor=other.actor) == "nothing_to_undo"


def test_an_old_decision_is_not_taken_back(line, mo, time_machine):
    review = hide_review(write(line), reason="Advertising", actor=mo.actor)
    time_machine.move_to(timezone.now() + timedelta(hours=2))

    assert refusal(undo_decision, review, actor=mo.actor) == "nothing_to_undo"


def test_a_reply_and_its_correction(line, ann):
    review = reply_to_review(write(line), text="Thank you.", actor=ann.actor)
    review = reply_to_review(review, text="Thank you very much.", actor=ann.actor)

    assert (review.reply, review.replied_by_label) == ("Thank you very much.", "Ann")
    replied = Activity.objects.filter(kind="reviews.replied").order_by("pk")
    assert [entry.payload["is_edit"] for entry in replied] == [False, True]


@pytest.mark.parametrize(
    ("text", "code"), [("", "reply_missing"), ("x" * 2001, "reply_too_long"), ("4111111111111111", "card_number")]
)
def test_replies_that_are_refused(line, ann, text, code):
    assert refusal(reply_to_review, write(line), text=text, actor=ann.actor) == code


def test_a_held_review_is_not_replied_to(line, ann):
    assert refusal(reply_to_review, write(line, text=RISKY), text="Hello", actor=ann.actor) == "not_published"


def test_a_review_changed_meanwhile_is_not_overwritten(line, mo):
    """Two moderators with the same page: the slower one is told."""
    review = write(line, text=RISKY)
    stale = Review.objects.get(pk=review.pk)
    publish_review(review, actor=mo.actor)

    with every_tenant("what staff do"), pytest.raises(Refused) as caught:
        publish_review(stale, actor=mo.actor)
    assert caught.value.status == 409
