"""The shop's pages of its complaints."""

from __future__ import annotations

import csv
import io
from datetime import timedelta
from decimal import Decimal

import pytest
from django.urls import reverse
from django.utils import timezone

from accounts.models import Activity
from core.tenancy import tenant
from ecommerce.complaints import actions
from ecommerce.models import Complaint
from tests.ecommerce.complaints_kit import BUYER, opened, paid_order

LIST = reverse("complaint-list", args=["luming"])


def url(name: str, complaint: Complaint) -> str:
    return reverse(name, args=["luming", complaint.number])


def subjects_of(response) -> list[str]:
    return [complaint.subject for complaint in response.context["page"].rows]


@pytest.fixture
def some(scope, ann, mo):
    """One complaint of each kind the tabs tell apart."""
    now = timezone.now()
    opened(text="fresh")
    opened(text="soon", at=now - timedelta(hours=20))
    overdue = opened(text="overdue", at=now - timedelta(hours=30), topic="late")
    actions.escalate_complaint(overdue, because="overdue", actor=mo.actor)
    actions.answer_complaint(opened(text="answered"), text="Sorry", actor=ann.actor)
    actions.decide_complaint(opened(text="decided"), decision="partly", reasons="So.", actor=mo.actor)
    actions.close_complaint(opened(text="closed"), because="settled", actor=BUYER)


@pytest.mark.parametrize(
    ("query", "found"),
    [
        ("", {"fresh", "soon", "overdue", "answered"}),
        ("?tab=due_soon", {"soon"}),
        ("?tab=overdue", {"overdue"}),
        ("?tab=decided", {"decided"}),
        ("?tab=closed", {"closed"}),
        ("?tab=all&topic=late", {"overdue"}),
        ("?tab=all&q=C-1005", {"decided"}),
        ("?tab=all&opened_before=2000-01-01", set()),
        ("?tab=x&topic=x&opened_after=x&sort=x&q=%00", {"fresh", "soon", "overdue", "answered"}),
    ],
)
def test_the_list_is_narrowed_by_the_address(some, as_user, ann, query, found):
    response = as_user(ann).get(LIST + query)

    assert response.status_code == 200
    assert set(subjects_of(response)) == found


def test_the_list_by_buyer_and_order(scope, as_user, ann):
    complaint = opened()
    opened()
    client = as_user(ann)

    assert subjects_of(client.get(f"{LIST}?q={complaint.customer.name}")) == [complaint.subject]
    assert subjects_of(client.get(f"{LIST}?q={complaint.customer.email}")) == [complaint.subject]
    assert subjects_of(client.get(f"{LIST}?q={complaint.order.number}")) == [complaint.subject]


def test_the_export_has_the_rows_of_the_view(some, as_user, ann, ben):
    address = reverse("complaint-export", args=["luming"])
    response = as_user(ann).get(address + "?tab=closed")
    rows = list(csv.DictReader(io.StringIO(b"".join(response.streaming_content).decode("utf-8-sig"))))

    assert [(row["Complaint"], row["Closed because"]) for row in rows] == [("C-1006", "The buyer says it is settled")]
    assert as_user(ben).get(address).status_code == 403


def test_the_shop_answers_with_an_offer(scope, as_user, ann):
    complaint = opened()

    response = as_user(ann).post(url("complaint-answer", complaint), {"text": "Sorry.", "refund_offer": "40.50"})

    complaint.refresh_from_db()
    assert response.url == complaint.get_absolute_url()
    assert (complaint.state, complaint.refund_offered) == ("answered", Decimal("40.50"))


@pytest.mark.parametrize(
    ("form", "field"),
    [
        ({"text": ""}, "text"),
        ({"text": "Sorry", "refund_offer": "-1"}, "refund_offer"),
        ({"text": "Sorry", "refund_offer": "NaN"}, "refund_offer"),
        ({"text": "Sorry", "refund_offer": "168.01"}, "refund_offer"),
        ({"text": "Sorry", "refund_offer": "1e99"}, "refund_offer"),
        ({"text": "your card 4111 1111 1111 1111"}, "text"),
    ],
)
def test_a_bad_answer_comes_back_with_what_is_wrong(scope, as_user, ann, form, field):
    complaint = opened()
    before = Activity.objects.count()
    response = as_user(ann).post(url("complaint-answer", complaint), form)

    assert response.status_code == 422
    assert list(response.context["answer_form"].errors) == [field]
    complaint.refresh_from_db()
    assert (complaint.state, Activity.objects.count()) == ("opened", before)


def test_notes_stay_on_their_side(scope, as_user, ann, mo):
    complaint = opened()
    actions.add_internal_note(complaint, text="The platform's own note", side="staff", actor=mo.actor)
    client = as_user(ann)
    client.post(url("complaint-note", complaint), {"text": "The shop's own note"})

    page = client.get(url("complaint-detail", complaint)).content.decode()
    assert "The shop&#x27;s own note" in page
    assert "The platform&#x27;s own note" not in page


def test_the_platform_speaks_without_a_name(scope, as_user, ann, mo):
    complaint = opened()
    actions.add_message(complaint, text="We look at it.", side="staff", actor=mo.actor)

    page = as_user(ann).get(url("complaint-detail", complaint)).content.decode()

    assert "We look at it." in page
    assert "Platform" in page
    assert ">Mo<" not in page


def test_escalating_and_appealing(scope, as_user, ann, mo):
    complaint = opened()
    client = as_user(ann)

    assert client.post(url("complaint-escalate", complaint)).status_code == 302
    actions.decide_complaint(complaint, decision="for_buyer", reasons="So.", actor=mo.actor)
    assert "Send the appeal" in client.get(url("complaint-detail", complaint)).content.decode()
    assert client.post(url("complaint-appeal", complaint), {"text": ""}).status_code == 422
    assert client.post(url("complaint-appeal", complaint), {"text": "We disagree."}).status_code == 302
    complaint.refresh_from_db()
    assert complaint.state == "appealed"


def test_what_the_state_forbids_is_said(scope, as_user, ann):
    complaint = actions.close_complaint(opened(), because="settled", actor=BUYER)

    response = as_user(ann).post(url("complaint-escalate", complaint))

    assert response.status_code == 422
    assert "cannot be passed to the platform" in response.content.decode()


@pytest.mark.parametrize("name", ["answer", "write", "note", "escalate", "appeal"])
def test_who_may_not_answer_reads_only(scope, as_user, ben, name):
    complaint = opened()

    assert as_user(ben).post(url(f"complaint-{name}", complaint), {"text": "x"}).status_code == 403
    assert "<textarea" not in as_user(ben).get(url("complaint-detail", complaint)).content.decode()
    assert complaint.messages.count() == 1


def test_another_shops_complaint_is_not_here(scope, rival, as_user, ann, cleo):
    mine = opened()
    with tenant(rival):
        opened()
        theirs = opened()

    assert as_user(ann).get(reverse("complaint-detail", args=["luming", theirs.number])).status_code == 404
    assert as_user(cleo).get(url("complaint-detail", mine)).status_code == 404
    assert as_user(cleo).post(url("complaint-answer", mine), {"text": "x"}).status_code == 404
    mine.refresh_from_db()
    assert mine.state == "opened"


def test_similar_complaints_are_of_the_same_product_and_shop(scope, rival, as_user, ann):
    order = paid_order()
    product = order.lines.get().variant.product
    complaint = opened(order, product=product)
    other = opened(topic="late")
    Complaint.objects.filter(pk=other.pk).update(product=product)
    with tenant(rival):
        opened()

    similar = as_user(ann).get(url("complaint-detail", complaint)).context["similar"]

    assert (similar.count, similar.same_topic, similar.newest) == (1, 0, [other])


@pytest.mark.parametrize("messages", [1, 12])
def test_a_complaint_costs_the_same_however_long_it_is(scope, as_user, ann, messages, django_assert_num_queries):
    complaint = opened()
    for number in range(messages):
        actions.add_message(complaint, text=f"Message {number}", side="buyer", actor=BUYER)
    client = as_user(ann)

    with django_assert_num_queries(8):
        client.get(url("complaint-detail", complaint))
