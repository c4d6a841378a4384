"""Buyers write reviews and complaints behind their links, and get mail about them."""

from __future__ import annotations

from datetime import timedelta
from decimal import Decimal

import pytest
from django.core.cache import cache
from django.test import Client
from django.utils import timezone

from accounts.models import Activity, Job
from core.tenancy import tenant
from ecommerce.buyers import links
from ecommerce.complaints import actions
from ecommerce.models import Complaint, Order, Review
from ecommerce.reviews.actions import ask_for_edit, hide_review, reply_to_review, undo_decision
from notifications.buyers.tasks import ask_author
from notifications.mail.models import Mail
from tests import factories
from tests.ecommerce.complaints_kit import opened, paid_order
from tests.ecommerce.reviews_kit import RISKY, delivered_line, written
from tests.queue import run_tasks

TEXT = "The lid sits tight and the spout does not drip, I use it every day."


@pytest.fixture(autouse=True)
def _fresh(scope, settings):
    """Mail goes into the outbox and stays there."""
    cache.clear()
    settings.EMAIL_BACKEND = "notifications.mail.backend.OutboxBackend"
    settings.DEMO, settings.EMAIL_URL = True, ""


def review_url(order: Order) -> str:
    return links.path_for("buyer-review", links.REVIEW, order)


def complaint_url(order: Order) -> str:
    return links.path_for("buyer-complaint", links.COMPLAINT, order)


def about(line, **fields) -> dict[str, str]:
    key = f"p{line.variant.product_id}"
    return {"about": key, **{f"{key}-{name}": value for name, value in fields.items()}}


def test_a_buyer_reviews_each_product(client):
    line = delivered_line()
    other = factories.OrderLineFactory(order=line.order)
    url = review_url(line.order)

    assert client.post(url, about(line, rating="5", text=TEXT, is_anonymous="on")).url == url
    assert client.post(url, about(other, rating="2", quality_rating="1", title="Hm")).url == url

    first, second = Review.objects.order_by("pk")
    assert (first.product, first.rating, first.text, first.is_anonymous, first.is_verified, first.state) == (
        line.variant.product,
        5,
        TEXT,
        True,
        True,
        "published",
    )
    assert (second.product, second.rating, second.quality_rating, second.title) == (other.variant.product, 2, 1, "Hm")
    assert Activity.objects.filter(kind="reviews.submitted", actor_kind="buyer").count() == 2


def test_a_review_can_only_be_written_once(client):
    line = delivered_line()
    url = review_url(line.order)
    client.post(url, about(line, rating="5"))

    assert client.post(url, about(line, rating="1")).status_code == 404
    assert Review.objects.get().rating == 5


@pytest.mark.parametrize(
    ("fields", "field"),
    [
        ({}, "rating"),
        ({"rating": "6"}, "rating"),
        ({"rating": "5", "text": "x" * 5001}, "text"),
        ({"rating": "5", "text": "card 4111 1111 1111 1111"}, "text"),
        ({"rating": "5", "service_rating": "x"}, "service_rating"),
    ],
)
def test_a_bad_review_comes_back_with_what_is_wrong(client, fields, field):
    line = delivered_line()

    response = client.post(review_url(line.order), about(line, **fields))

    assert response.status_code == 422
    assert list(response.context["entries"][0].form.errors) == [field]
    assert (Review.objects.count(), Activity.objects.count()) == (0, 0)


def test_before_it_arrives_there_is_nothing_to_review(client):
    line = delivered_line()
    Order.objects.filter(pk=line.order_id).update(delivered_at=None)

    assert "has not arrived yet" in client.get(review_url(line.order)).content.decode()
    assert client.post(review_url(line.order), about(line, rating="5")).status_code == 404


def test_the_buyer_sees_what_became_of_the_review(client, ann, mo):
    line = delivered_line()
    review = written(line=line)
    url = review_url(line.order)
    reply_to_review(review, text="We are glad.", actor=ann.actor)
    assert "We are glad." in client.get(url).content.decode()

    hide_review(review, reason="It insults or threatens somebody.", actor=mo.actor)
    page = client.get(url).content.decode()
    assert "It insults or threatens somebody." in page
    assert "We are glad." not in page


def test_the_reason_is_said_in_the_buyers_language(client, mo):
    line = delivered_line()
    line.order.customer.language = "zh-hans"
    line.order.customer.save()
    hide_review(written(line=line), reason="It insults or threatens somebody.\n请文明用语", actor=mo.actor)

    page = client.get(review_url(line.order)).content.decode()

    assert "内容含侮辱或威胁。" in page
    assert "请文明用语" in page


def test_links_are_good_for_their_purpose_only(client):
    order = delivered_line().order
    review, complaint = review_url(order).split("/")[2], complaint_url(order).split("/")[2]

    for path in (f"/b/{complaint}/review/", f"/b/{review}/complaint/", "/b/nonsense/review/", "/b/x/complaint/"):
        for answer in (client.get(path), client.post(path, {"do": "open"})):
            assert answer.status_code == 404
            assert "This link does not work" in answer.content.decode()


def test_the_forms_are_guarded_against_other_sites():
    line = delivered_line()
    strict = Client(enforce_csrf_checks=True)

    assert strict.post(review_url(line.order), about(line, rating="5")).status_code == 403
    assert strict.post(complaint_url(line.order), {"do": "open", "topic": "late", "text": "x"}).status_code == 403
    assert (Review.objects.count(), Complaint.objects.count()) == (0, 0)


def test_too_many_posts_are_put_off(client, time_machine):
    time_machine.move_to(timezone.now().replace(second=0), tick=False)  # they are counted by the minute
    url = complaint_url(paid_order())
    answers = {client.get(url).status_code for _ in range(links.PER_MINUTE + 1)}

    assert answers == {200, 429}


def test_a_buyer_complains_and_the_shop_answers(client, ann):
    order = paid_order()
    product = order.lines.get().variant.product
    url = complaint_url(order)
    form = {
        "do": "open",
        "topic": "damaged",
        "product": product.pk,
        "text": "The lid is cracked.",
        "refund_asked": "60",
    }

    assert client.post(url, form).url == url
    complaint = Complaint.objects.get()
    assert (complaint.product, complaint.refund_asked, complaint.subject) == (
        product,
        Decimal("60"),
        "The lid is cracked",
    )
    page = client.get(url).content.decode()
    assert "Ask the platform to decide" not in page

    actions.answer_complaint(complaint, text="Half?", refund_offer=Decimal("80"), actor=ann.actor)
    page = client.get(url).content.decode()
    assert "Half?" in page
    assert "Ann" not in page

    assert client.post(url, {"do": "accept"}).url == url
    order.refresh_from_db()
    assert (order.refunded_total, Complaint.objects.get().state) == (Decimal("80"), "closed")
    assert "The buyer accepted the offer" in client.get(url).content.decode()


@pytest.mark.parametrize(
    ("fields", "field"),
    [
        ({"topic": ""}, "topic"),
        ({"topic": "weather"}, "topic"),
        ({"text": ""}, "text"),
        ({"product": "999999"}, "product"),
        ({"refund_asked": "168.01"}, "refund_asked"),
        ({"refund_asked": "abc"}, "refund_asked"),
        ({"text": "card 4111 1111 1111 1111"}, "text"),
    ],
)
def test_a_bad_complaint_comes_back_with_what_is_wrong(client, fields, field):
    form = {"do": "open", "topic": "late", "text": "Too late.", **fields}

    response = client.post(complaint_url(paid_order()), form)

    assert response.status_code == 422
    assert list(response.context["open_form"].errors) == [field]
    assert (Complaint.objects.count(), Activity.objects.count()) == (0, 0)


def test_a_second_complaint_about_the_order_is_refused(client):
    order = paid_order()
    opened(order)

    response = client.post(complaint_url(order), {"do": "open", "topic": "late", "text": "Again"})

    assert response.status_code == 422
    assert Complaint.objects.count() == 1


def test_messages_notes_and_escalation(client, ann):
    order = paid_order()
    complaint = opened(order)
    url = complaint_url(order)
    actions.add_internal_note(complaint, text="Ask the warehouse", side="merchant", actor=ann.actor)

    assert client.post(url, {"do": "message", "text": "Any news?"}).url == url
    assert client.post(url, {"do": "message", "text": ""}).status_code == 422
    assert client.post(url, {"do": "escalate"}).status_code == 422
    assert "Ask the warehouse" not in client.get(url).content.decode()

    actions.answer_complaint(complaint, text="No.", actor=ann.actor)
    assert client.post(url, {"do": "escalate", "text": "Not fair."}).url == url
    complaint.refresh_from_db()
    assert (complaint.state, complaint.escalated_because) == ("investigated", "buyer")
    assert [message.author for message in complaint.messages.filter(is_internal=False)] == [
        "buyer",
        "buyer",
        "merchant",
        "buyer",
    ]


@pytest.mark.parametrize("what", ["", "nonsense", "decide"])
def test_what_is_not_offered_is_not_there(client, what):
    order = paid_order()
    opened(order)

    assert client.post(complaint_url(order), {"do": what, "text": "x"}).status_code == 404


def test_what_the_state_forbids_is_said(client):
    order = paid_order()
    opened(order)

    response = client.post(complaint_url(order), {"do": "accept"})

    assert response.status_code == 422
    assert "no open offer" in response.content.decode()


def test_a_flood_of_messages_is_stopped(client):
    order = paid_order()
    complaint = opened(order)
    answers = [client.post(complaint_url(order), {"do": "message", "text": f"{n}"}).status_code for n in range(21)]

    assert answers == [302] * 19 + [422] * 2
    assert complaint.messages.count() == 20


def test_the_page_of_another_shops_order_is_its_own(client, rival):
    mine = paid_order()
    with tenant(rival):
        theirs = paid_order()
        other = opened(theirs, text="Secret of the rival")

    assert other.subject not in client.get(complaint_url(mine)).content.decode()


def mails() -> list[Mail]:
    """What was written to buyers about reviews and complaints; news of their orders is not meant."""
    run_tasks()
    return list(Mail.objects.filter(dedupe__regex="^(review-edit|complaint-news):").order_by("pk"))


def test_the_author_is_asked_by_mail_after_a_minute(mo, time_machine):
    line = delivered_line()
    review = ask_for_edit(written(RISKY, line), reason="It advertises, or links to another site.", actor=mo.actor)
    assert mails() == []
    task = Job.objects.get(task__endswith="ask_author")
    assert task.due_at - Activity.objects.get(kind="reviews.edit_asked").at == timedelta(minutes=1)

    for _ in range(2):
        ask_author(*task.args)

    (mail,) = mails()
    assert (mail.purpose, mail.to, mail.language) == ("buyer", review.customer.email, "en")
    assert "It advertises, or links to another site." in mail.text
    assert "/review/" in mail.text


def test_a_request_taken_back_is_not_mailed(mo):
    review = ask_for_edit(written(RISKY), reason="Because", actor=mo.actor)
    undo_decision(review, actor=mo.actor)
    run_tasks()

    ask_author(*Job.objects.get(task__endswith="ask_author").args)

    assert mails() == []


def test_the_author_changes_the_review_by_the_link(client, mo):
    line = delivered_line()
    ask_for_edit(written(RISKY, line, rating=2), reason="It holds contact data.", actor=mo.actor)
    url = review_url(line.order)
    page = client.get(url)
    assert page.context["entries"][0].form.initial["rating"] == 2

    assert client.post(url, about(line, rating="3", text=TEXT)).url == url

    review = Review.objects.get()
    assert (review.state, review.rating, review.text) == ("held", 3, TEXT)


def test_complaint_mails_in_the_buyers_language_once_each(ann, mo):
    order = paid_order()
    order.customer.language = "zh-hans"
    order.customer.save()
    complaint = opened(order)
    actions.answer_complaint(complaint, text="Sorry", refund_offer=Decimal("50"), actor=ann.actor)
    actions.escalate_complaint(complaint, because="buyer", actor=links.buyer_of(order.customer))
    actions.add_message(complaint, text="We look at it", side="staff", actor=mo.actor)
    actions.add_message(complaint, text="Thanks", side="buyer", actor=links.buyer_of(order.customer))
    actions.add_internal_note(complaint, text="Between us", side="staff", actor=mo.actor)
    actions.decide_complaint(complaint, decision="partly", reasons="有裂纹。", refund=Decimal("30"), actor=mo.actor)

    sent = mails()

    assert {mail.to for mail in sent} == {order.customer.email}
    assert [mail.subject for mail in sent] == [
        "“Luming Teaware”已答复你的投诉",
        "投诉 C-1001 有新留言",
        "投诉 C-1001 已裁决",
    ]
    assert "50.00" in sent[0].text
    assert "有裂纹。" in sent[2].text
    assert "Between us" not in "".join(mail.text for mail in sent)


def test_when_the_platform_steps_in_the_buyer_is_told(ann):
    opened(at=timezone.now() - timedelta(hours=25))
    actions.run_clocks()

    assert [mail.subject for mail in mails()] == ["The platform looks at your complaint C-1001"]


def test_without_an_address_nobody_is_written_to(ann):
    order = paid_order(buyer_email="", customer=None)
    complaint = opened(order)
    actions.answer_complaint(complaint, text="Sorry", actor=ann.actor)

    assert mails() == []
