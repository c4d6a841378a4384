"""The moderators' workbench for reviews."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.core.cache import cache
from django.urls import reverse
from django.utils import timezone

from accounts.models import Activity
from core.tenancy import every_tenant, tenant
from ecommerce.models import Review
from ecommerce.reviews.actions import submit_review
from tests import factories
from tests.ecommerce.reviews_kit import BUYER, TEXT, held, written

QUEUE = reverse("staff-reviews")


@pytest.fixture(autouse=True)
def _fresh():
    cache.clear()


@pytest.fixture
def moderator(mo, as_user):
    return as_user(mo)


def state_of(review: Review) -> str:
    with every_tenant("look"):
        return Review.objects.get(pk=review.pk).state


def queue_of(response) -> list[int]:
    return [review.pk for review in response.context["queue"]]


@pytest.fixture
def three(scope, rival):
    """Held reviews of two shops: the riskiest is the newest, then two of equal risk, the older first."""
    now = timezone.now()
    second = held(1, at=now - timedelta(hours=5))
    with tenant(rival):
        third = held(2, at=now - timedelta(hours=4))
    first = submit_review(
        rating=5, text="see www.other.example for more", product=factories.ProductFactory(), actor=BUYER
    )
    return [first, second, third]


def test_the_queue_of_all_shops_riskiest_first(three, moderator):
    response = moderator.get(QUEUE)

    assert queue_of(response) == [review.pk for review in three]
    assert response.context["review"] == three[0]


@pytest.mark.parametrize("name", ["staff-reviews", "staff-review", "staff-review-publish", "staff-review-undo"])
def test_only_moderators_come_in(three, as_user, mo, ann, name):
    url = reverse(name, args=[] if name == "staff-reviews" else [three[0].pk])
    care = factories.UserFactory(staff_role="care")

    for method in ("get", "post"):
        assert getattr(as_user(ann), method)(url).status_code == 404
        assert getattr(as_user(care), method)(url).status_code == 403
    assert state_of(three[0]) == "held"


def test_a_moderator_without_second_factor_sets_it_up_first(three, mo, as_user, settings):
    settings.STAFF_MFA_REQUIRED = True

    assert as_user(mo).get(QUEUE).status_code == 302


def test_deciding_opens_the_next(three, moderator):
    _first, second, third = three

    response = moderator.post(
        reverse("staff-review-hide", args=[second.pk]), {"ground": "advertising", "state": "held"}
    )

    assert response.url == reverse("staff-review", args=[third.pk])
    assert state_of(second) == "hidden"
    with every_tenant("look"):
        hidden = Review.objects.get(pk=second.pk)
        assert hidden.moderation_reason == "It advertises, or links to another site."
        assert Activity.objects.get(kind="reviews.hidden").merchant_id == second.merchant_id


def test_after_the_last_comes_the_first_and_then_the_empty_queue(three, moderator):
    first, second, third = three
    publish = {"state": "held"}

    assert moderator.post(reverse("staff-review-publish", args=[third.pk]), publish).url == reverse(
        "staff-review", args=[first.pk]
    )
    moderator.post(reverse("staff-review-publish", args=[first.pk]), publish)
    assert moderator.post(reverse("staff-review-publish", args=[second.pk]), publish).url == QUEUE
    assert "Nothing to decide" in moderator.get(QUEUE).content.decode()


def test_the_next_keeps_the_filters(three, moderator):
    first, second, _third = three
    url = reverse("staff-review-publish", args=[second.pk]) + "?merchant=luming"

    assert moderator.post(url, {"state": "held"}).url == reverse("staff-review", args=[first.pk]) + "?merchant=luming"


@pytest.mark.parametrize(
    ("query", "found"),
    [
        ("?merchant=qingyun", [2]),
        ("?reason=link", [0, 1, 2]),
        ("?reason=unverified", [0]),
        ("?language=zh", []),
        ("?tab=hidden", []),
        ("?tab=nonsense&merchant=nobody&reason=x", [0, 1, 2]),
    ],
)
def test_the_queue_is_narrowed(three, moderator, query, found):
    assert queue_of(moderator.get(QUEUE + query)) == [three[place].pk for place in found]


@pytest.mark.parametrize("name", ["staff-review-hide", "staff-review-ask"])
def test_hiding_and_asking_need_a_reason(three, moderator, name):
    response = moderator.post(reverse(name, args=[three[1].pk]), {"ground": "", "words": " ", "state": "held"})

    assert response.status_code == 422
    assert response.context["form"].errors["words"] == ["Give a reason."]
    assert state_of(three[1]) == "held"


def test_own_words_go_with_the_ground(three, moderator):
    form = {"ground": "insult", "words": "Calls the\nshop names.", "state": "held"}
    moderator.post(reverse("staff-review-ask", args=[three[1].pk]), form)

    with every_tenant("look"):
        review = Review.objects.get(pk=three[1].pk)
    assert (review.state, review.moderation_reason) == (
        "edit_asked",
        "It insults or threatens somebody.\nCalls the shop names.",
    )


def test_an_author_without_an_address_is_not_asked(three, moderator):
    response = moderator.post(reverse("staff-review-ask", args=[three[0].pk]), {"ground": "insult", "state": "held"})

    assert response.status_code == 422
    assert "left no order and e-mail address" in response.content.decode()


def test_what_somebody_else_decided_meanwhile_is_not_decided_again(three, moderator):
    moderator.post(reverse("staff-review-publish", args=[three[1].pk]), {"state": "held"})

    response = moderator.post(reverse("staff-review-hide", args=[three[1].pk]), {"ground": "insult", "state": "held"})

    assert response.status_code == 422
    assert "was decided a moment ago" in response.content.decode()
    assert state_of(three[1]) == "published"


def test_a_decision_is_undone(three, moderator):
    moderator.post(reverse("staff-review-publish", args=[three[1].pk]), {"state": "held"})
    assert moderator.get(QUEUE).context["last"] == three[1]

    response = moderator.post(reverse("staff-review-undo", args=[three[1].pk]))

    assert response.url == reverse("staff-review", args=[three[1].pk])
    assert state_of(three[1]) == "held"
    assert moderator.get(QUEUE).context["last"] is None


def test_undoing_twice_is_refused_in_words(three, moderator):
    response = moderator.post(reverse("staff-review-undo", args=[three[1].pk]))

    assert response.status_code == 422
    assert "no decision of yours" in response.content.decode()


def test_reading_is_noted_once_in_a_while(three, mo, moderator):
    url = reverse("staff-review", args=[three[1].pk])
    moderator.get(url)
    moderator.get(url)

    with every_tenant("look"):
        entry = Activity.objects.get(kind="activity.personal_data_read")
    assert (entry.merchant_id, entry.actor_id, entry.subject_id) == (three[1].merchant_id, mo.pk, three[1].pk)
    assert entry.payload == {"page": "staff-review"}


def test_the_evidence(scope, rival, moderator):
    review = held(3)
    with tenant(rival):
        twin = factories.CustomerFactory(email=review.customer.email)
        copy = submit_review(rating=5, text=review.text, product=factories.ProductFactory(), customer=twin, actor=BUYER)

    context = moderator.get(reverse("staff-review", args=[review.pk])).context

    assert [(like.review.pk, like.percent) for like in context["same"]] == [(copy.pk, 100)]
    history = context["history"]
    assert (history.reviews, history.hidden, history.orders, history.shops) == (2, 0, 1, 1)
    assert [(reason.code, reason.strength) for reason in context["reasons"]] == [("link", "enough to hold it")]
    assert ("site3.example", True) in [(piece, marked) for piece, marked in context["pieces"]]


@pytest.mark.parametrize("others", [7, 14])
def test_the_workbench_costs_the_same_however_long_the_queue(scope, moderator, others, django_assert_num_queries):
    review = held(0)
    for number in range(others):
        held(number + 1)
    url = reverse("staff-review", args=[review.pk])
    moderator.get(url)

    with django_assert_num_queries(14):
        moderator.get(url)


def test_published_reviews_can_still_be_hidden(scope, moderator):
    review = written(TEXT)
    url = reverse("staff-review", args=[review.pk])

    assert moderator.get(url).status_code == 200
    moderator.post(reverse("staff-review-hide", args=[review.pk]), {"ground": "insult", "state": "published"})
    assert state_of(review) == "hidden"
