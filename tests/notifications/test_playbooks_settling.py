"""What a playbook told people or gave them to do is over when what it is about is dealt with."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.utils import timezone

from core.actors import SYSTEM
from ecommerce.complaints.actions import (
    answer_complaint,
    close_complaint,
    decide_complaint,
    escalate_complaint,
    remind_due_soon,
)
from ecommerce.models import Complaint
from ecommerce.orders.actions import cancel_order
from ecommerce.returns.actions import refuse_return
from ecommerce.reviews.actions import hide_review, reply_to_review
from notifications.inbox.models import Notification
from notifications.routing.models import Escalation
from tests.ecommerce.complaints_kit import opened
from tests.ecommerce.orders_kit import order_in
from tests.ecommerce.returns_kit import requested
from tests.ecommerce.reviews_kit import written
from tests.notifications.playbooks_kit import TASK, playbook
from tests.queue import run_tasks

TOLD = {"step": "tell", "settings": {"who": "role:owner", "title": "Look", "text": ""}}
OPEN = {"playbook-told": "unread", "playbook-task": "unread"}
OVER = {"playbook-told": "handled", "playbook-task": "handled"}


def states() -> dict[str, str]:
    return dict(Notification.objects.filter(kind__startswith="playbook").values_list("kind", "state"))


def given(author, trigger: str) -> None:
    playbook(author, name=trigger, trigger=trigger, conditions=[], steps=[TOLD, TASK])


@pytest.mark.parametrize("deal", [
    lambda row, who: reply_to_review(row, text="We are sorry about the lid.", actor=who),
    lambda row, who: hide_review(row, reason="Advertising", actor=who),
])  # fmt: skip
def test_a_review_that_is_replied_to_or_hidden(scope, ann, deal):
    given(ann, "reviews.submitted")
    first, second = written(rating=1), written("Another one, which broke on the first day, sadly enough.", rating=1)
    run_tasks()
    assert states() == OPEN
    deal(first, ann.actor)
    run_tasks()
    rows = Notification.objects.filter(kind__startswith="playbook")
    assert {row.state for row in rows if row.params["args"] == [first.pk]} == {"handled"}
    assert {row.state for row in rows if row.params["args"] == [second.pk]} == {"unread"}
    assert {row.handled_by_id for row in rows if row.params["args"] == [first.pk]} == {ann.pk}
    assert Escalation.objects.filter(kind="playbook-task", due_at=None).count() == 1


@pytest.mark.parametrize("trigger", ["complaints.opened", "complaints.due_soon"])
@pytest.mark.parametrize("deal", [
    lambda row, who: answer_complaint(row, text="We send a new lid.", actor=who),
    lambda row, who: escalate_complaint(row, because=Complaint.Escalation.MERCHANT, actor=who),
    lambda row, who: close_complaint(row, because=Complaint.Closing.SETTLED, actor=SYSTEM),
])  # fmt: skip
def test_a_complaint_that_is_not_the_shops_turn_any_more(scope, ann, trigger, deal):
    given(ann, trigger)
    complaint = opened()
    if trigger == "complaints.due_soon":
        Complaint.objects.update(due_at=timezone.now() + timedelta(hours=5))
        remind_due_soon(timezone.now())
    run_tasks()
    assert states() == OPEN
    deal(complaint, ann.actor)
    run_tasks()
    assert states() == OVER


def test_what_is_about_a_decision_waits_for_it(scope, ann):
    given(ann, "complaints.escalated")
    complaint = escalate_complaint(opened(), because=Complaint.Escalation.MERCHANT, actor=ann.actor)
    run_tasks()
    assert states() == OPEN
    decide_complaint(complaint, decision="for_merchant", reasons="The parcel was intact.", actor=SYSTEM)
    run_tasks()
    assert states() == OVER


def test_an_order_that_is_cancelled_whole_and_not_in_part(scope, ann):
    given(ann, "orders.placed")
    order = order_in("paid")
    run_tasks()
    assert states() == OPEN
    line = order.lines.get()
    cancel_order(order, reason="Changed their mind", lines={line.pk: 1}, actor=ann.actor)
    run_tasks()
    assert states() == OPEN
    cancel_order(order, reason="Changed their mind", actor=ann.actor)
    run_tasks()
    assert states() == OVER


def test_a_return_that_is_answered(scope, ann):
    given(ann, "returns.requested")
    case = requested()
    run_tasks()
    assert states() == OPEN
    refuse_return(case, reason="The time is over.", actor=ann.actor)
    run_tasks()
    assert states() == OVER
