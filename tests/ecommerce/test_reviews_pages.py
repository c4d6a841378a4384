"""The shop's pages of its reviews."""

from __future__ import annotations

import csv
import io

import pytest
from django.urls import reverse

from accounts.models import Activity
from core.tenancy import tenant
from ecommerce.models import Review
from ecommerce.reviews.actions import hide_review, reply_to_review
from tests import factories
from tests.ecommerce.reviews_kit import RISKY, delivered_line, held, written

LIST = reverse("review-list", args=["luming"])


def texts_of(response) -> list[str]:
    return [review.text for review in response.context["page"].rows]


@pytest.fixture
def some(scope, ann, mo):
    """Five reviews: to answer, answered, low, held, hidden."""
    return {
        "new": written("Lovely and light, a joy each morning on the balcony."),
        "answered": reply_to_review(written("Solid cup, keeps the heat for long."), text="Thanks", actor=ann.actor),
        "low": written("The handle broke off in the second week of use.", rating=1),
        "held": written(RISKY),
        "hidden": hide_review(written("颜色和图片完全不一样，差得太远了", rating=2), reason="Off", actor=mo.actor),
    }


@pytest.mark.parametrize(
    ("query", "found"),
    [
        ("", ["hidden", "held", "low", "answered", "new"]),
        ("?tab=to_answer", ["low", "new"]),
        ("?tab=low", ["hidden", "low"]),
        ("?tab=held", ["held"]),
        ("?tab=hidden", ["hidden"]),
        ("?rating=1", ["low"]),
        ("?language=zh", ["hidden"]),
        ("?language=other", ["held", "low", "answered", "new"]),
        ("?verified=no", []),
        ("?q=handle", ["low"]),
        ("?written_after=2999-01-01", []),
        ("?rating=nonsense&product=x&written_after=13", ["hidden", "held", "low", "answered", "new"]),
        ("?q=%00%27%22", []),
    ],
)
def test_the_list_is_narrowed_by_the_address(some, as_user, ann, query, found):
    response = as_user(ann).get(LIST + query)

    assert response.status_code == 200
    assert texts_of(response) == [some[name].text for name in found]


def test_the_list_by_product_author_and_number(some, as_user, ann):
    review = some["new"]
    client = as_user(ann)

    assert texts_of(client.get(f"{LIST}?product={review.product_id}")) == [review.text]
    assert texts_of(client.get(f"{LIST}?q={review.author_name}")) == [review.text]
    assert texts_of(client.get(f"{LIST}?q=R-{review.pk}")) == [review.text]


def test_an_anonymous_author_is_not_found_by_name(scope, as_user, ann):
    review = written(is_anonymous=True)
    page = as_user(ann).get(f"{LIST}?q={review.author_name}")
    detail = as_user(ann).get(reverse("review-detail", args=["luming", review.pk])).content.decode()

    assert texts_of(page) == []
    assert review.author_name not in detail
    assert review.order.number not in detail


def test_the_export_has_the_rows_of_the_view(some, as_user, ann):
    response = as_user(ann).get(reverse("review-export", args=["luming"]) + "?tab=low")
    rows = list(csv.DictReader(io.StringIO(b"".join(response.streaming_content).decode("utf-8-sig"))))

    assert [(row["Rating"], row["State"]) for row in rows] == [("2", "Hidden"), ("1", "Published")]


def test_a_formula_in_a_review_is_no_formula_in_the_export(scope, as_user, ann):
    written('=HYPERLINK("x","y") nice cup with a steady foot and a good lid')
    response = as_user(ann).get(reverse("review-export", args=["luming"]))
    rows = list(csv.DictReader(io.StringIO(b"".join(response.streaming_content).decode("utf-8-sig"))))

    assert rows[0]["Text"].startswith("'=")


def test_the_export_is_not_for_everybody(some, as_user, ben):
    assert as_user(ben).get(reverse("review-export", args=["luming"])).status_code == 403


def test_a_reply_is_published_and_changed(scope, as_user, ann):
    review = written()
    client, url = as_user(ann), reverse("review-reply", args=["luming", review.pk])

    assert client.post(url, {"reply": "Thank you."}).status_code == 302
    assert client.post(url, {"reply": "Thank you very much."}).status_code == 302
    review.refresh_from_db()
    assert (review.reply, review.replied_by_label) == ("Thank you very much.", "Ann")


@pytest.mark.parametrize("reply", ["", "   ", "x" * 2001, "my card 4111 1111 1111 1111"])
def test_a_bad_reply_comes_back_with_what_is_wrong(scope, as_user, ann, reply):
    review = written()
    before = Activity.objects.count()
    response = as_user(ann).post(reverse("review-reply", args=["luming", review.pk]), {"reply": reply})

    assert response.status_code == 422
    assert response.context["form"].errors["reply"]
    review.refresh_from_db()
    assert (review.replied_at, Activity.objects.count()) == (None, before)


def test_a_held_review_cannot_be_replied_to(scope, as_user, ann):
    review = held()

    response = as_user(ann).post(reverse("review-reply", args=["luming", review.pk]), {"reply": "Hello"})

    assert response.status_code == 422
    assert "Only a published review" in response.content.decode()


def test_who_may_not_reply_reads_only(scope, as_user, ben):
    review = written()
    client = as_user(ben)

    assert client.post(reverse("review-reply", args=["luming", review.pk]), {"reply": "Hi"}).status_code == 403
    assert "<textarea" not in client.get(reverse("review-detail", args=["luming", review.pk])).content.decode()


def test_another_shops_review_is_not_here(scope, rival, as_user, ann, cleo):
    with tenant(rival):
        theirs = written()
    mine = written()

    assert as_user(ann).get(reverse("review-detail", args=["luming", theirs.pk])).status_code == 404
    assert as_user(cleo).get(reverse("review-detail", args=["luming", mine.pk])).status_code == 404
    assert as_user(cleo).post(reverse("review-reply", args=["luming", mine.pk]), {"reply": "x"}).status_code == 404
    assert as_user(cleo).post(reverse("review-reply", args=["qingyun", mine.pk]), {"reply": "x"}).status_code == 404
    assert Review.objects.get(pk=mine.pk).reply == ""


def test_markup_in_a_review_is_text(scope, as_user, ann):
    review = written("<script>alert('x')</script> a nice steady cup with a lid")

    page = as_user(ann).get(reverse("review-detail", args=["luming", review.pk])).content.decode()

    assert "<script>alert" not in page
    assert "&lt;script&gt;alert" in page


def test_the_panel_of_a_product(scope, as_user, ann):
    review = written()
    url = reverse("product-reviews", args=["luming", review.product_id])

    panel = as_user(ann).get(url, headers={"HX-Request": "true"})
    assert review.text[:40] in panel.content.decode()
    assert "<html" not in panel.content.decode()
    assert as_user(ann).get(url).url == f"{LIST}?product={review.product_id}"


@pytest.mark.parametrize("others", [0, 5])
def test_a_review_costs_the_same_however_many_there_are(scope, as_user, ann, others, django_assert_num_queries):
    line = delivered_line()
    product = line.variant.product
    review = written(line=line)
    for number in range(others):
        other = factories.OrderLineFactory(
            order=delivered_line().order, variant=factories.VariantFactory(product=product)
        )
        written(f"Review number {number} of the same thing, {'very ' * number}steady.", line=other)
    client = as_user(ann)

    with django_assert_num_queries(7):
        client.get(reverse("review-detail", args=["luming", review.pk]))
