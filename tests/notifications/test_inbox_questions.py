"""Questions of a day are one line of those who answer: it grows, and goes with the last answer."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest

from core.actors import Actor
from core.tenancy import tenant
from ecommerce.questions.actions import answer_question, ask_question
from notifications.inbox.about import about
from notifications.inbox.kinds import kind_of
from notifications.inbox.models import Notification
from notifications.routing.rules import About
from tests import factories
from tests.notifications.test_inbox_telling import member
from tests.queue import run_tasks

BUYER = Actor("buyer", None, "Buyer")


@pytest.fixture(autouse=True)
def _noon(time_machine):
    time_machine.move_to(datetime(2026, 6, 5, 4, 0, tzinfo=UTC), tick=False)


def asked(product, text="Is it loud?", **fields):
    question = ask_question(product, text=text, actor=BUYER, **fields)
    run_tasks()
    return question


def lines():
    rows = Notification.objects.filter(kind="question-asked").order_by("key", "user__name")
    return [(row.key, row.user.name, row.state, row.params["count"]) for row in rows.select_related("user")]


def test_a_day_is_one_line_that_grows_and_ends_with_the_last_answer(scope, ann, ben, cleo, time_machine):
    support = member(scope, "support", "Sue")
    kettle = factories.ProductFactory(title="Kettle")
    first = asked(kettle)
    assert lines() == [("2026-06-05", "Ann", "unread", 1), ("2026-06-05", "Sue", "unread", 1)]
    path = kind_of("question-asked").path("luming", Notification.objects.filter(user=ann).get().params)
    assert path == first.get_absolute_url()

    Notification.objects.filter(user=ann).update(state="read")
    second = asked(factories.ProductFactory())
    assert lines() == [("2026-06-05", "Ann", "unread", 2), ("2026-06-05", "Sue", "unread", 2)]

    Notification.objects.filter(user=ann).update(state="read")
    answer_question(first, text="No.", actor=support.actor)
    run_tasks()
    assert lines() == [("2026-06-05", "Ann", "read", 1), ("2026-06-05", "Sue", "unread", 1)]
    assert kind_of("question-asked").path("luming", Notification.objects.filter(user=ann).get().params) == (
        second.get_absolute_url()
    )

    answer_question(second, text="Yes.", actor=support.actor)
    run_tasks()
    assert [state for _key, _name, state, _count in lines()] == ["handled", "handled"]

    asked(kettle)  # the day is not over: it is told anew
    time_machine.shift(86_400)
    asked(kettle)
    assert [(key, state, count) for key, name, state, count in lines() if name == "Ann"] == [
        ("2026-06-05", "unread", 1),
        ("2026-06-06", "unread", 1),
    ]


def test_an_old_question_that_a_channel_brings_now_belongs_to_today(scope, ann):
    asked(factories.ProductFactory(), asked_at=datetime(2026, 5, 1, tzinfo=UTC), channel="tmall", external_id="1")
    assert lines() == [("2026-06-05", "Ann", "unread", 1)]


def test_what_is_answered_before_it_is_told_is_not_told(scope, ann, rival, cleo):
    question = ask_question(factories.ProductFactory(), text="Is it loud?", actor=BUYER)
    answer_question(question, text="No.", actor=ann.actor)
    with tenant(rival):
        ask_question(factories.ProductFactory(), text="Theirs?", actor=BUYER)
    run_tasks()
    assert lines() == []
    with tenant(rival):
        assert [name for _key, name, _state, _count in lines()] == ["Cleo"]


def test_one_question_reaches_who_looks_after_its_product(scope):
    question = ask_question(factories.ProductFactory(), text="Is it loud?", actor=BUYER)
    params = {"asked": 1, "count": 1, "question_id": question.pk}
    assert about("question-asked", params) == About(products=frozenset({question.product_id}))
    assert about("question-asked", {**params, "asked": 2}) == About()
