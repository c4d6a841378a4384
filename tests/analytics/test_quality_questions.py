"""What buyers ask counts in a listing's score, by figures worked out by hand."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import numpy as np
import pytest
from django.urls import reverse
from django.utils import timezone

from analytics.quality.actions import refresh_quality
from analytics.quality.models import ListingQuality
from analytics.quality.rules import WEIGHTS, judge, score_of
from analytics.quality.words import parts_of
from core.actors import Actor
from core.tenancy import tenant
from ecommerce.questions.actions import answer_question, ask_question
from tests import factories
from tests.analytics.demand_kit import sold
from tests.analytics.test_quality_scores import GOOD
from tests.queue import run_tasks

BUYER = Actor("buyer", None, "Buyer")


@pytest.fixture(autouse=True)
def _morning(time_machine):
    time_machine.move_to(datetime(2026, 6, 15, 1, 0, tzinfo=UTC), tick=False)


def questions(**figures):
    listed = type(GOOD)(**{**GOOD.__dict__, **figures})
    parts = judge(listed)
    part = next(one for one in parts if one.name == "questions")
    return part.share, [fault["code"] for fault in part.faults], score_of(parts)


@pytest.mark.parametrize(
    ("figures", "expected"),
    [
        # Attributes of nobody are asked for here: GOOD has all its parts, 5 of 100 points are those of questions.
        ({}, (1.0, [], 100.0)),
        ({"questions": 4}, (1.0, [], 100.0)),
        ({"questions": 4, "questions_late": 1}, (0.75, ["questions_open"], 98.8)),  # 100 - 5 / 4 = 98.75
        ({"questions": 2, "questions_late": 2}, (0.0, ["questions_open"], 95.0)),
        # 5 is a handful however little was sold; 6 of 100 sold are 6 for each hundred, of 120 they are 5, of 150 4
        ({"questions": 5, "sold_90": 10}, (1.0, [], 100.0)),
        ({"questions": 6, "sold_90": 100}, (1.0, ["questions_many"], 100.0)),
        ({"questions": 6, "sold_90": 120}, (1.0, [], 100.0)),
        ({"questions": 6, "sold_90": 150}, (1.0, [], 100.0)),
        ({"questions": 6, "sold_90": 0}, (1.0, ["questions_many"], 100.0)),
        ({"questions": 8, "questions_late": 2, "sold_90": 50}, (0.75, ["questions_open", "questions_many"], 98.8)),
    ],
)
def test_the_share_is_what_does_not_wait_for_over_a_day(figures, expected):
    assert questions(**figures) == expected


def test_the_weights_are_still_a_hundred():
    assert (sum(WEIGHTS.values()), WEIGHTS["questions"]) == (100, 5)


@pytest.fixture
def gaiwan(scope):
    product = factories.ProductFactory(title="Gaiwan", brand="")
    sold([factories.VariantFactory(product=product)], np.full((1, 120), 1))  # 90 in 90 days
    return product


def asked(product, **ago):
    return ask_question(product, text="Is it dishwasher safe?", asked_at=timezone.now() - timedelta(**ago), actor=BUYER)


def part_of(product):
    one = ListingQuality.objects.get(product=product)
    return one, next(part for part in one.parts if part["name"] == "questions")


def test_questions_are_counted_over_90_days_and_late_after_24_hours(gaiwan, ann, rival):
    asked(gaiwan, days=91)  # too long ago
    asked(gaiwan, days=89)
    asked(gaiwan, hours=24)  # not over a day
    asked(gaiwan, hours=25)
    answer_question(asked(gaiwan, days=3), text="Yes.", actor=ann.actor)  # answered late, and answered
    asked(factories.ProductFactory(), days=2)
    with tenant(rival):
        asked(factories.ProductFactory(), days=2)
    refresh_quality()

    one, part = part_of(gaiwan)
    assert part == {"name": "questions", "share": 0.5, "faults": [{"code": "questions_open", "count": 2, "asked": 4}]}
    shown = next(each for each in parts_of(one, "luming") if each.name == "questions")
    assert (shown.points, shown.weight) == (2.5, 5)
    assert shown.faults == ["2 questions of 90 days wait for an answer for longer than a day, of 4 asked."]
    assert shown.url == f"{reverse('question-list', args=['luming'])}?tab=all&product={gaiwan.pk}"


def test_many_questions_belong_into_the_description(gaiwan, ann):
    for _number in range(6):  # 6 with 90 sold
        answer_question(asked(gaiwan, hours=2), text="Yes.", actor=ann.actor)
    refresh_quality()

    one, part = part_of(gaiwan)
    assert (part["share"], part["faults"]) == (1, [{"code": "questions_many", "count": 6, "sold": 90}])
    shown = next(each for each in parts_of(one, "luming") if each.name == "questions")
    assert shown.faults == ["6 questions in 90 days with 90 sold: answer these questions in the description."]


def test_a_question_and_its_answer_score_the_listing_again(gaiwan, ann):
    question = asked(gaiwan, days=2)
    run_tasks()
    assert part_of(gaiwan)[1]["share"] == 0
    answer_question(question, text="Yes.", actor=ann.actor)
    run_tasks()
    assert part_of(gaiwan)[1]["share"] == 1


def test_a_score_from_before_questions_counted_is_still_shown(gaiwan, as_user, ann):
    refresh_quality()
    one = ListingQuality.objects.get(product=gaiwan)
    one.parts = [part for part in one.parts if part["name"] != "questions"]
    one.save()

    sheet = as_user(ann).get(reverse("quality-export", args=["luming"]))
    assert b"Gaiwan" in b"".join(sheet.streaming_content)
