"""Facts that come together with others of their kind, or once more at a later time, make a playbook run once each."""

from __future__ import annotations

from datetime import timedelta
from decimal import Decimal
from typing import Any

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from accounts.models import Activity
from core.actors import SYSTEM
from core.tenancy import tenant
from ecommerce.models import Order
from ecommerce.orders.actions import place_orders
from ecommerce.orders.rules import BuyerIn
from ecommerce.reviews.actions import (
    ask_for_edit,
    hide_review,
    publish_review,
    reply_to_review,
    revise_review,
    undo_decision,
)
from notifications.models import Firing, Notification
from notifications.playbooks.handlers import fact_came
from notifications.playbooks.live import look
from notifications.playbooks.queries import dry_run, version_of
from notifications.playbooks.shipped import shipped
from tests.ecommerce.orders_kit import ANN, given, placed, stocked
from tests.ecommerce.reviews_kit import BUYER, TEXT, held, written
from tests.ecommerce.test_imports_orders import GENERIC, bring_in
from tests.notifications.playbooks_kit import TASK, TELL, outcomes, playbook, replayed
from tests.queue import run_tasks


@pytest.fixture(autouse=True)
def _files(settings, tmp_path):
    settings.MEDIA_ROOT = tmp_path / "files"


LARGE = [{"figure": "total", "op": "gte", "value": "300"}]
PUBLISHED = {"figure": "state", "op": "is", "value": "published"}
BAD = {"figure": "rating", "op": "lte", "value": "2"}


def on_orders(author: Any, **fields: Any) -> Any:
    told = {"step": "tell", "settings": {"who": "all", "title": "Order {number} of {total}", "text": ""}}
    return playbook(author, **{"trigger": "orders.placed", "conditions": LARGE, "steps": [told], **fields})


def fired_on() -> list[str]:
    """The numbers of the orders that made a playbook run, in the order of the runs."""
    rows = Firing.objects.select_related("activity").order_by("activity_id")
    return [row.activity.payload["number"] for row in rows]


def batch(*quantities: int, cup: Any = None, **fields: Any) -> list[Order]:
    cup = cup or stocked(1000, price=Decimal("100.00"))
    results = place_orders([given((cup, quantity), **fields) for quantity in quantities], actor=ANN)
    return [result.order for result in results]


def test_each_order_of_a_batch_is_decided_by_itself(scope, ann):
    on_orders(ann)
    orders = batch(1, 3, 5)
    run_tasks()
    assert fired_on() == [orders[1].number, orders[2].number]
    told = Notification.objects.filter(kind="playbook-told", user=ann).order_by("pk")
    assert [row.params["title"] for row in told] == [
        f"Order {order.number} of {order.total:.0f}" for order in orders[1:]
    ]
    assert [row.params["args"] for row in told] == [[order.number] for order in orders[1:]]


def test_an_order_in_a_batch_counts_like_one_alone(scope, ann):
    """The pause for each customer and the runs of a day hold for both, and the dry run says what then happened."""
    made = on_orders(ann, cool_down=60, limit=3, per_thing=True)
    cup = stocked(1000, price=Decimal("100.00"))
    alone = placed((cup, 3))
    same = batch(4, 5, cup=cup)
    assert {order.customer_id for order in same} == {alone.customer_id}
    strangers = [batch(4, cup=cup, buyer=buyer(number))[0] for number in range(3)]
    run_tasks()
    assert fired_on() == [alone.number, strangers[0].number, strangers[1].number]
    dry = dry_run(version_of(made))
    assert (dry.facts, dry.by_cool_down, dry.by_limit) == (6, 2, 1)
    assert list(dry.fired) == list(Firing.objects.order_by("activity_id").values_list("activity", flat=True))
    expected, began = replayed(version_of(made), timezone.now() + timedelta(minutes=1))
    assert expected == began
    assert len(expected) == 3


def buyer(number: int) -> BuyerIn:
    return BuyerIn(name=f"Buyer {number}", email=f"b{number}@example.com")


def test_a_batch_that_is_handled_twice_runs_once(scope, ann):
    on_orders(ann)
    batch(3, 3)
    together = Activity.objects.get(kind="orders.placed_together")
    for _ in range(2):
        fact_came(None, together)
    run_tasks()
    assert len(fired_on()) == 2


def test_the_log_of_an_order_says_that_it_was_placed_wherever_it_came_from(scope, ann, as_user):
    (order,) = batch(2, paid=True)
    (fact,) = Activity.objects.about("ecommerce.order", order.pk)
    assert (fact.kind, fact.actor_label, fact.payload["number"]) == ("orders.placed", "Ann", order.number)
    assert "Order placed and paid." in as_user(ann).get(order.get_absolute_url()).content.decode()


def test_a_larger_batch_costs_no_more_statements_to_decide(scope, ann):
    made = on_orders(ann)
    cup = stocked(1000, price=Decimal("100.00"))
    costs = []
    for size in (2, 40):
        batch(*[1] * size, cup=cup)
        with CaptureQueriesContext(connection) as queries:
            assert look(made.pk) == 0
        costs.append(len(queries))
    assert costs[0] == costs[1]


def test_past_orders_from_a_file_make_nothing_run(scope, ann):
    on_orders(ann, conditions=[])
    bring_in(GENERIC)
    run_tasks()
    assert Order.objects.exists()
    assert fired_on() == []


def test_a_batch_of_another_shop_makes_nothing_run(scope, rival, ann):
    on_orders(ann, conditions=[])
    with tenant(rival):
        batch(3)
        run_tasks()
    run_tasks()
    assert fired_on() == []


def states() -> list[str]:
    return list(Firing.objects.order_by("pk").values_list("activity__kind", flat=True))


def decided(review: Any, by: Any = SYSTEM) -> None:
    publish_review(review, actor=by)
    run_tasks()


def test_a_held_review_gets_its_reply_task_when_it_is_published(scope, ann):
    ready = shipped("bad-review")
    made = playbook(
        ann, conditions=[{"figure": one.figure, "op": one.op, "value": one.value} for one in ready.conditions],
        steps=[TASK],
    )  # fmt: skip
    review = held(rating=1)
    run_tasks()
    assert states() == []
    decided(review)
    assert states() == ["reviews.published"]
    assert outcomes() == [("task", "done")]
    task = Notification.objects.get(kind="playbook-task", user=ann)
    assert (task.params["page"], task.params["args"]) == ("review-detail", [review.pk])
    dry = dry_run(version_of(made))
    assert (dry.facts, dry.count, dry.by_conditions) == (2, 1, 1)
    expected, began = replayed(version_of(made), timezone.now() + timedelta(minutes=1))
    assert expected == began == [1]


def test_it_runs_once_however_often_a_moderator_decides(scope, ann):
    playbook(ann, conditions=[BAD, PUBLISHED])
    review = held(rating=1)
    decided(review, by=ann.actor)
    undo_decision(review, actor=ann.actor)
    decided(review)
    hide_review(review, reason="Advertising", actor=SYSTEM)
    decided(review)
    assert states() == ["reviews.published"]


def test_one_that_appeared_at_once_is_not_news_when_it_appears_again(scope, ann):
    playbook(ann, conditions=[BAD, PUBLISHED])
    review = written(rating=1)
    run_tasks()
    hide_review(review, reason="Advertising", actor=SYSTEM)
    decided(review)
    assert states() == ["reviews.submitted"]


def test_a_playbook_that_ran_when_it_was_written_does_not_run_again(scope, ann):
    made = playbook(ann, conditions=[BAD], steps=[TELL])
    decided(held(rating=1))
    assert states() == ["reviews.submitted"]
    dry = dry_run(version_of(made))
    assert (dry.count, dry.by_before) == (1, 1)


@pytest.mark.parametrize(("first", "then", "runs"), [(5, 1, ["reviews.published"]), (1, 5, ["reviews.submitted"])])
def test_what_its_author_made_of_it_decides_when_it_appears(scope, ann, first, then, runs):
    playbook(ann, conditions=[BAD], steps=[TELL])
    review = held(rating=first)
    run_tasks()
    ask_for_edit(review, reason="No links", actor=SYSTEM)
    revise_review(review, rating=then, text=TEXT, actor=BUYER)
    decided(review)
    assert states() == runs


def test_what_was_published_before_this_was_told_apart_makes_nothing_run(scope, ann):
    playbook(ann, conditions=[BAD])
    payload = {"review_id": 1, "product_id": None, "rating": 1, "state": "published", "days": []}
    fact = Activity(kind="reviews.published", payload=payload, actor_kind="system", actor_label="Storecast")
    fact.save()
    fact_came(None, fact)
    assert states() == []


def test_a_task_given_at_publication_is_over_with_the_reply(scope, ann):
    playbook(ann, conditions=[BAD, PUBLISHED], steps=[TASK])
    review = held(rating=1)
    decided(review)
    reply_to_review(review, text="We are sorry.", actor=ann.actor)
    run_tasks()
    assert Notification.objects.get(kind="playbook-task", user=ann).state == "handled"


def test_the_builder_says_that_publishing_counts(scope, ann, as_user):
    page = as_user(ann).get("/m/luming/playbooks/new/").content.decode()
    assert "Review written, or published after a check" in page
