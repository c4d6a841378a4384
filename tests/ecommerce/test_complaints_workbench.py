"""The moderators' workbench for complaints."""

from __future__ import annotations

from datetime import timedelta
from decimal import Decimal

import pytest
from django.core.cache import cache
from django.urls import reverse
from django.utils import timezone

from accounts.models import Activity
from core.tenancy import every_tenant, tenant
from ecommerce.complaints import actions
from ecommerce.models import Complaint, Order
from tests import factories
from tests.ecommerce.complaints_kit import BUYER, opened, paid_order

QUEUE = reverse("staff-complaints")


@pytest.fixture(autouse=True)
def _fresh():
    cache.clear()


@pytest.fixture
def moderator(mo, as_user):
    return as_user(mo)


def now_of(complaint: Complaint) -> Complaint:
    with every_tenant("look"):
        return Complaint.objects.select_related("order").get(pk=complaint.pk)


def due(complaint: Complaint, hours: float) -> Complaint:
    complaint = actions.escalate_complaint(complaint, because="platform", actor=BUYER)
    Complaint.objects.filter(pk=complaint.pk).update(due_at=timezone.now() + timedelta(hours=hours))
    return complaint


@pytest.fixture
def three(scope, rival):
    """Escalated complaints of two shops, the most urgent first; a fourth is still with its shop."""
    second, third = due(opened(text="second"), 5), due(opened(text="third"), 9)
    opened(text="with the shop")
    with tenant(rival):
        first = due(opened(text="first"), -1)
    return [first, second, third]


def decision(complaint: Complaint, **fields) -> dict[str, str]:
    return {"decision": "for_buyer", "reasons": "The photos show it.", "state": complaint.state, **fields}


def test_the_queue_of_all_shops_by_due_time(three, moderator):
    response = moderator.get(QUEUE)

    assert [complaint.subject for complaint, clock in response.context["queue"]] == ["first", "second", "third"]
    assert response.context["complaint"] == three[0]
    assert [clock.tone for complaint, clock in response.context["queue"]] == ["late", "soon", "soon"]


@pytest.mark.parametrize(
    ("query", "found"),
    [
        ("?merchant=luming", ["second", "third"]),
        ("?topic=late", []),
        ("?tab=waiting", ["with the shop"]),
        ("?tab=mine", []),
        ("?tab=x&merchant=x&topic=x", ["first", "second", "third"]),
    ],
)
def test_the_queue_is_narrowed(three, moderator, query, found):
    assert [complaint.subject for complaint, _ in moderator.get(QUEUE + query).context["queue"]] == found


@pytest.mark.parametrize("name", ["staff-complaint", "staff-complaint-decide", "staff-complaint-take-up"])
def test_only_staff_with_the_right_come_in(three, mo, as_user, ann, name):
    url = reverse(name, args=[three[1].pk])

    assert as_user(ann).post(url, decision(three[1])).status_code == 404
    assert as_user(ann).get(QUEUE).status_code == 404
    assert now_of(three[1]).state == "investigated"


def test_merchant_care_decides_too(three, mo, as_user):
    care = factories.UserFactory(staff_role="care")

    assert as_user(care).get(QUEUE).status_code == 200


def test_deciding_pays_back_and_opens_the_next(three, mo, moderator):
    _first, second, third = three
    url = reverse("staff-complaint-decide", args=[second.pk])

    response = moderator.post(url, decision(second, refund="100.00"))

    assert response.url == reverse("staff-complaint", args=[third.pk])
    decided = now_of(second)
    assert (decided.state, decided.decided_by_id, decided.refund_decided) == ("decided", mo.pk, Decimal("100.00"))
    assert decided.order.refunded_total == Decimal("100.00")
    with every_tenant("look"):
        assert Activity.objects.get(kind="orders.refunded").merchant_id == second.merchant_id


@pytest.mark.parametrize(
    ("form", "field"),
    [
        ({"decision": ""}, "decision"),
        ({"decision": "both"}, "decision"),
        ({"reasons": " "}, "reasons"),
        ({"refund": "168.01"}, "refund"),
        ({"refund": "-1"}, "refund"),
        ({"refund": "Infinity"}, "refund"),
        ({"refund": "１００"}, None),
        ({"decision": "for_merchant", "refund": "5"}, "refund"),
    ],
)
def test_a_bad_decision_comes_back_with_what_is_wrong(three, moderator, form, field):
    response = moderator.post(reverse("staff-complaint-decide", args=[three[1].pk]), decision(three[1], **form))

    if field is None:
        assert now_of(three[1]).refund_decided == Decimal("100")
        return
    assert response.status_code == 422
    assert list(response.context["decision_form"].errors) == [field]
    after = now_of(three[1])
    assert (after.state, after.order.refunded_total) == ("investigated", Decimal(0))


def test_what_moved_on_meanwhile_is_not_decided(three, moderator):
    response = moderator.post(
        reverse("staff-complaint-decide", args=[three[1].pk]), decision(three[1], state="opened", refund="5")
    )

    assert response.status_code == 422
    assert "has moved on" in response.content.decode()
    assert now_of(three[1]).order.refunded_total == 0


def test_taking_up_what_is_with_the_shop(scope, moderator):
    complaint = opened()

    assert moderator.post(reverse("staff-complaint-take-up", args=[complaint.pk])).status_code == 302
    assert now_of(complaint).escalated_because == "platform"
    assert moderator.post(reverse("staff-complaint-take-up", args=[complaint.pk])).status_code == 422


def test_messages_and_notes_of_staff(three, moderator):
    complaint = three[0]
    moderator.post(reverse("staff-complaint-write", args=[complaint.pk]), {"text": "To both of you"})
    moderator.post(reverse("staff-complaint-note", args=[complaint.pk]), {"text": "Between us"})

    with tenant(complaint.merchant):
        said = list(complaint.messages.values_list("text", "author", "is_internal"))[1:]
    assert said == [("To both of you", "staff", False), ("Between us", "staff", True)]
    assert moderator.post(reverse("staff-complaint-note", args=[complaint.pk]), {"text": ""}).status_code == 422


def test_the_records_of_both_sides(scope, rival, moderator, mo):
    order = paid_order()
    with tenant(rival):
        theirs = paid_order(customer=factories.CustomerFactory(email=order.customer.email))
        actions.decide_complaint(opened(theirs), decision="for_merchant", reasons="So.", actor=mo.actor)
    opened(at=timezone.now() - timedelta(hours=30))
    complaint = opened(order)

    context = moderator.get(reverse("staff-complaint", args=[complaint.pk])).context

    buyer, shop = context["buyer_record"], context["shop_record"]
    assert (buyer.complaints, buyer.for_merchant, buyer.for_buyer) == (1, 1, 0)
    assert (shop.complaints, shop.open, shop.late) == (1, 1, 1)


def test_reading_is_noted(three, moderator):
    moderator.get(reverse("staff-complaint", args=[three[2].pk]))
    moderator.get(reverse("staff-complaint", args=[three[2].pk]))

    with every_tenant("look"):
        assert Activity.objects.get(kind="activity.personal_data_read").subject_id == three[2].pk


@pytest.mark.parametrize("others", [0, 12])
def test_the_workbench_costs_the_same_however_long_the_queue(scope, moderator, others, django_assert_num_queries):
    complaint = due(opened(), 1)
    for _ in range(others):
        due(opened(), 5)
    url = reverse("staff-complaint", args=[complaint.pk])
    moderator.get(url)

    with django_assert_num_queries(11):
        moderator.get(url)


def test_orders_of_all_shops_stay_consistent(three, moderator):
    """A decision touches the order of its complaint and no other."""
    moderator.post(reverse("staff-complaint-decide", args=[three[0].pk]), decision(three[0], refund="1"))

    with every_tenant("look"):
        assert list(Order.objects.filter(refunded_total__gt=0)) == [now_of(three[0]).order]
