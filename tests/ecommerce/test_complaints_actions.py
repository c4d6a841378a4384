"""A complaint from opening to closing: clocks, transitions, money, and what each step announces."""

from __future__ import annotations

from datetime import datetime, timedelta
from decimal import Decimal

import pytest
from django.utils import timezone

from accounts.models import Activity, Job
from core.actors import SYSTEM
from core.errors import Refused
from core.tenancy import tenant
from ecommerce.complaints import actions, rules
from ecommerce.models import Complaint, ComplaintMessage, Order, Payment
from tests import factories
from tests.ecommerce.complaints_kit import BUYER, TEXT, opened, paid_order

STATES = list(Complaint.State)


@pytest.fixture(autouse=True)
def _here(scope):
    """Everything happens in shop A."""


def kinds() -> list[str]:
    return list(Activity.objects.filter(kind__startswith="complaints.").order_by("pk").values_list("kind", flat=True))


def rows():
    return [
        list(model.objects.order_by("pk").values())
        for model in (Complaint, ComplaintMessage, Payment, Order, Activity, Job)
    ]


def refusal(action, *args, **kwargs) -> str:
    """The code of the refusal; nothing was written, recorded or queued."""
    before = rows()
    with pytest.raises(Refused) as caught:
        action(*args, **kwargs)
    assert rows() == before
    return caught.value.code


def in_state(state: str, order=None, **fields) -> Complaint:
    """A complaint put into a state by hand."""
    complaint = opened(order)
    now = timezone.now()
    more = {"decided_at": now, "decision": "for_buyer"} if state == "decided" else {}
    Complaint.objects.filter(pk=complaint.pk).update(state=state, due_at=rules.due_at(state, now), **{**more, **fields})
    complaint.refresh_from_db()
    return complaint


def test_opening_starts_the_shops_clock():
    order = paid_order()
    product = order.lines.get().variant.product

    complaint = opened(order, product=product, refund_asked=Decimal("50"))

    assert (complaint.number, complaint.state, complaint.subject) == ("C-1001", "opened", "The lid has a long crack")
    assert complaint.due_at - complaint.opened_at == timedelta(hours=24)
    assert (complaint.customer, complaint.refund_asked) == (order.customer, Decimal("50"))
    message = complaint.messages.get()
    assert (message.author, message.author_label, message.text) == ("buyer", order.customer.name, TEXT)
    entry = Activity.objects.get(kind="complaints.opened")
    assert entry.payload == {
        "complaint_id": complaint.pk,
        "number": "C-1001",
        "topic": "damaged",
        "state": "opened",
        "due_at": complaint.due_at.isoformat(),
        "order_id": order.pk,
        "customer_id": order.customer_id,
        "product_id": product.pk,
        "days": [order.merchant.day_of(complaint.opened_at).isoformat()],
        "refund_asked": "50",
    }


def test_numbers_go_on_in_each_shop(rival):
    assert [opened().number, opened().number] == ["C-1001", "C-1002"]
    with tenant(rival):
        assert opened().number == "C-1001"


def test_one_open_complaint_for_an_order():
    order = paid_order()
    first = opened(order)

    assert refusal(opened, order) == "already_open"

    actions.close_complaint(first, because="settled", actor=BUYER)
    assert opened(order).number == "C-1002"


@pytest.mark.parametrize(
    ("fields", "code"),
    [
        ({"text": "  "}, "text_missing"),
        ({"text": "x" * 5001}, "text_too_long"),
        ({"text": "my card is 4111 1111 1111 1111"}, "card_number"),
        ({"topic": "weather"}, "topic_unknown"),
        ({"refund_asked": Decimal("168.01")}, "refund_too_much"),
        ({"refund_asked": Decimal("-1")}, "refund_not_an_amount"),
        ({"refund_asked": Decimal("NaN")}, "refund_not_an_amount"),
        ({"refund_asked": Decimal("1.005")}, "refund_not_an_amount"),
    ],
)
def test_openings_that_are_refused(fields, code):
    assert refusal(opened, paid_order(), **fields) == code


def test_a_product_of_another_order_is_refused():
    assert refusal(opened, paid_order(), product=factories.ProductFactory()) == "product_not_in_order"


def test_a_complaint_needs_a_buyer():
    assert refusal(actions.open_complaint, text=TEXT, topic="other", actor=BUYER) == "buyer_missing"


def test_the_shop_answers_with_an_offer(ann):
    complaint = actions.answer_complaint(opened(), text="I am sorry.", refund_offer=Decimal("40"), actor=ann.actor)

    assert (complaint.state, complaint.refund_offered, complaint.has_offer) == ("answered", Decimal("40"), True)
    assert timedelta(days=7) - (complaint.due_at - timezone.now()) < timedelta(minutes=1)
    assert list(complaint.messages.values_list("author", "author_label", "text"))[1] == (
        "merchant",
        "Ann",
        "I am sorry.",
    )
    assert Activity.objects.get(kind="complaints.answered").payload["refund_offered"] == "40"


def test_a_second_answer_keeps_the_first_time_and_may_better_the_offer(ann):
    complaint = actions.answer_complaint(opened(), text="I am sorry.", refund_offer=Decimal("40"), actor=ann.actor)
    first = complaint.answered_at
    complaint = actions.answer_complaint(complaint, text="All right.", refund_offer=Decimal("60"), actor=ann.actor)
    complaint = actions.answer_complaint(complaint, text="Do you agree?", actor=ann.actor)

    assert (complaint.answered_at, complaint.refund_offered) == (first, Decimal("60"))


def test_an_offer_never_exceeds_what_is_left(ann):
    order = paid_order()
    order.refunded_total = Decimal("100")
    order.save()

    answer = {"text": "Sorry", "refund_offer": Decimal("68.01"), "actor": ann.actor}
    assert refusal(actions.answer_complaint, opened(order), **answer) == "refund_too_much"


def test_the_buyer_accepts_the_offer(ann):
    order = paid_order()
    complaint = actions.answer_complaint(opened(order), text="Sorry", refund_offer=Decimal("40"), actor=ann.actor)

    complaint = actions.accept_offer(complaint, actor=BUYER)

    order.refresh_from_db()
    assert (complaint.state, complaint.closed_because) == ("closed", "offer_accepted")
    assert (order.refunded_total, order.payments.get().amount) == (Decimal("40"), Decimal("40"))
    assert kinds() == ["complaints.opened", "complaints.answered", "complaints.closed"]
    assert refusal(actions.accept_offer, complaint, actor=BUYER) == "no_offer"


def test_without_an_offer_there_is_nothing_to_accept(ann):
    complaint = actions.answer_complaint(opened(), text="Sorry", actor=ann.actor)

    assert refusal(actions.accept_offer, complaint, actor=BUYER) == "no_offer"


def test_messages_and_notes(ann, mo):
    complaint = opened()
    actions.add_message(complaint, text="Any news?", side="buyer", actor=BUYER)
    actions.add_internal_note(complaint, text="Ask the warehouse.", side="merchant", actor=ann.actor)
    actions.add_message(complaint, text="We are looking at it.", side="staff", actor=mo.actor)

    assert list(complaint.messages.values_list("author", "is_internal")) == [
        ("buyer", False),
        ("buyer", False),
        ("merchant", True),
        ("staff", False),
    ]


def test_a_closed_complaint_takes_no_message():
    complaint = actions.close_complaint(opened(), because="settled", actor=BUYER)

    assert refusal(actions.add_message, complaint, text="Hello", side="buyer", actor=BUYER) == "closed"


def test_the_buyer_waits_for_the_shop_before_asking_the_platform(ann):
    complaint = opened()
    assert refusal(actions.escalate_complaint, complaint, because="buyer", actor=BUYER) == "shop_has_time"

    complaint = actions.answer_complaint(complaint, text="No.", actor=ann.actor)
    complaint = actions.escalate_complaint(complaint, because="buyer", text="Not fair.", actor=BUYER)

    assert (complaint.state, complaint.escalated_because) == ("investigated", "buyer")
    assert timedelta(hours=72) - (complaint.due_at - timezone.now()) < timedelta(minutes=1)
    assert complaint.messages.last().text == "Not fair."


def test_staff_decide_and_money_goes_back(ann, mo):
    order = paid_order()
    complaint = actions.escalate_complaint(opened(order), because="platform", actor=mo.actor)

    complaint = actions.decide_complaint(
        complaint, decision="partly", reasons="The photos show the crack.", refund=Decimal("100"), actor=mo.actor
    )

    order.refresh_from_db()
    assert (complaint.state, complaint.decision, complaint.decided_by) == ("decided", "partly", mo)
    assert (complaint.refund_decided, order.refunded_total) == (Decimal("100"), Decimal("100"))
    assert order.payment_state == "partly_refunded"
    payload = Activity.objects.get(kind="complaints.decided").payload
    assert (payload["decision"], payload["refund"], payload["is_final"]) == ("partly", "100", False)


@pytest.mark.parametrize(
    ("fields", "code"),
    [
        ({"decision": "maybe"}, "decision_missing"),
        ({"reasons": "  "}, "reasons_missing"),
        ({"reasons": "x" * 3001}, "reasons_too_long"),
        ({"refund": Decimal("168.01")}, "refund_too_much"),
        ({"refund": Decimal("Infinity")}, "refund_not_an_amount"),
        ({"decision": "for_merchant", "refund": Decimal("1")}, "refund_for_merchant"),
    ],
)
def test_decisions_that_are_refused(mo, fields, code):
    fields = {"decision": "for_buyer", "reasons": "Because.", "refund": Decimal("10"), **fields}

    assert refusal(actions.decide_complaint, opened(), **fields, actor=mo.actor) == code


def test_refunds_of_decisions_never_exceed_what_was_paid(ann, mo):
    order = paid_order("100.00")
    decide = {"decision": "for_buyer", "reasons": "Because.", "actor": mo.actor}
    complaint = actions.decide_complaint(opened(order), refund=Decimal("80"), **decide)
    complaint = actions.appeal_complaint(complaint, text="We disagree.", actor=ann.actor)

    assert refusal(actions.decide_complaint, complaint, refund=Decimal("20.01"), **decide) == "refund_too_much"

    complaint = actions.decide_complaint(complaint, refund=Decimal("20"), **decide)
    order.refresh_from_db()
    assert (order.refunded_total, complaint.refund_decided) == (Decimal("100"), Decimal("100"))
    assert Activity.objects.filter(kind="complaints.decided").latest("pk").payload["is_final"] is True


def test_no_money_without_an_order(mo):
    complaint = actions.open_complaint(text=TEXT, topic="service", customer=factories.CustomerFactory(), actor=BUYER)
    decide = {"decision": "for_buyer", "reasons": "Because.", "refund": Decimal("1"), "actor": mo.actor}

    assert refusal(actions.decide_complaint, complaint, **decide) == "refund_no_order"
    assert actions.decide_complaint(complaint, **{**decide, "refund": None}).state == "decided"


def test_the_shop_appeals_once_and_in_time(ann, mo, time_machine):
    decide = {"decision": "for_buyer", "reasons": "Because.", "actor": mo.actor}
    complaint = actions.decide_complaint(opened(), **decide)
    complaint = actions.appeal_complaint(complaint, text="We disagree.", actor=ann.actor)
    assert (complaint.state, complaint.appealed_at is not None) == ("appealed", True)

    complaint = actions.decide_complaint(complaint, **decide)
    assert refusal(actions.appeal_complaint, complaint, text="Again", actor=ann.actor) == "appealed_already"

    late = actions.decide_complaint(opened(), **decide)
    time_machine.move_to(timezone.now() + timedelta(days=7, minutes=1))
    assert refusal(actions.appeal_complaint, late, text="Late", actor=ann.actor) == "too_late"


def test_nothing_to_appeal_in_a_decision_for_the_shop(ann, mo):
    complaint = actions.decide_complaint(opened(), decision="for_merchant", reasons="Because.", actor=mo.actor)

    assert refusal(actions.appeal_complaint, complaint, text="Hm", actor=ann.actor) == "in_your_favour"


STEPS = {
    "answer": (lambda c, a: actions.answer_complaint(c, text="Sorry", actor=a), "answered"),
    "escalate": (lambda c, a: actions.escalate_complaint(c, because="platform", actor=a), "investigated"),
    "decide": (lambda c, a: actions.decide_complaint(c, decision="partly", reasons="So.", actor=a), "decided"),
    "appeal": (lambda c, a: actions.appeal_complaint(c, text="No.", actor=a), "appealed"),
    "close": (lambda c, a: actions.close_complaint(c, because="platform", actor=a), "closed"),
}


@pytest.mark.parametrize("state", STATES)
@pytest.mark.parametrize("step", STEPS)
def test_every_step_from_every_state(ann, state, step):
    """A step is taken exactly where the table of transitions has it; a second answer is the one exception."""
    act, target = STEPS[step]
    complaint = in_state(state)
    allowed = target in Complaint.TRANSITIONS[state] or (step, state) == ("answer", "answered")

    if allowed:
        assert act(complaint, ann.actor).state == target
    else:
        assert refusal(act, complaint, ann.actor)


def test_what_is_investigated_is_answered_once(ann):
    complaint = in_state("investigated", answered_at=timezone.now())

    assert refusal(actions.answer_complaint, complaint, text="More", actor=ann.actor) == "not_to_answer"


def at(hours: float) -> datetime:
    return timezone.now() + timedelta(hours=hours)


def test_the_clocks_of_all_shops(rival):
    mine, answered, decided = opened(), in_state("answered"), in_state("decided")
    with tenant(rival):
        theirs = opened()

    assert actions.run_clocks(at(17)) == {"reminded": 0, "escalated": 0, "closed": 0}
    assert actions.run_clocks(at(19)) == {"reminded": 2, "escalated": 0, "closed": 0}
    assert actions.run_clocks(at(19)) == {"reminded": 0, "escalated": 0, "closed": 0}
    assert actions.run_clocks(at(24.1)) == {"reminded": 0, "escalated": 2, "closed": 0}
    assert actions.run_clocks(at(7 * 24 + 1)) == {"reminded": 0, "escalated": 0, "closed": 2}

    for complaint in (mine, answered, decided):
        complaint.refresh_from_db()
    with tenant(rival):
        theirs.refresh_from_db()
        assert kinds() == ["complaints.opened", "complaints.due_soon", "complaints.escalated"]
    assert (mine.state, mine.escalated_because) == ("investigated", "overdue")
    assert (theirs.state, answered.closed_because, decided.closed_because) == ("investigated", "no_reply", "final")
    assert Activity.objects.filter(kind="complaints.escalated").get().actor_label == SYSTEM.label


def test_two_moderators_decide_once(mo):
    complaint = opened()
    stale = Complaint.objects.get(pk=complaint.pk)
    decide = {"decision": "partly", "reasons": "So.", "refund": Decimal("10"), "actor": mo.actor}
    actions.decide_complaint(complaint, **decide)

    assert refusal(actions.decide_complaint, stale, **decide) == "not_to_decide"
