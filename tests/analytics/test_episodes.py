"""A product that is praised and rising, or complained about beyond its own rate, is told once until that is over."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import numpy as np
import pytest
from django.urls import reverse
from django.utils import timezone

from accounts.models import Activity
from analytics.demand.models import DemandOutlook, DemandRun
from analytics.episodes.actions import find_bursts, find_praised
from analytics.episodes.models import ProductEpisode
from analytics.episodes.queries import burst_list, cases_of
from analytics.episodes.rules import FALSE_ALARMS_A_YEAR, Trouble, Voices, chance_of, is_burst, is_praised, usual_of
from core.tenancy import tenant
from ecommerce.models import Complaint, Product, Return, ReturnLine, Review
from ecommerce.orders.models import OrderLine
from notifications.inbox.kinds import kind_of
from notifications.inbox.models import Notification
from tests import factories
from tests.analytics.demand_kit import YESTERDAY, sold, variants
from tests.queue import run_tasks


@pytest.fixture(autouse=True)
def _morning(time_machine, settings):
    settings.DEMO, settings.EMAIL_URL = True, ""
    time_machine.move_to(datetime(2026, 6, 15, 1, 0, tzinfo=UTC), tick=False)


def payloads(kind: str) -> list[dict]:
    return list(Activity.objects.filter(kind=f"episodes.{kind}").order_by("pk").values_list("payload", flat=True))


def told(kind: str) -> list[tuple[str, str]]:
    rows = Notification.objects.filter(kind=kind).order_by("pk")
    return [(row.user.name, row.state) for row in rows.select_related("user")]


def ago(days: float) -> datetime:
    return timezone.now() - timedelta(days=days)


def shop_of(count: int, rate: int = 4, days: int = 180) -> list:
    things = variants(count, products=count)
    sold(things, np.full((count, days), rate))
    Product.objects.update(created_at=datetime(2025, 1, 1, tzinfo=UTC))
    return things


def reviewed(variant, days: float, rating: int = 5, state: str = "published") -> None:
    Review.objects.create(product_id=variant.product_id, rating=rating, state=state, created_at=ago(days))


def foreseen(things, factor: float) -> None:
    """Demand of the next 28 days, as a factor of the last."""
    run, _made = DemandRun.objects.get_or_create(data_to=YESTERDAY)
    for thing in things:
        values = {"run": run, "has_forecast": True, "mean": 4 * run.horizon * factor, "as_of": YESTERDAY}
        DemandOutlook.objects.update_or_create(variant=thing, defaults=values)


def complained(variant, days: float, count: int = 1, topic: str = "damaged") -> None:
    for step in range(count):
        order = factories.OrderFactory(state="delivered")
        OrderLine.objects.create(
            order=order, variant=variant, sku=variant.sku, title="x", quantity=1, unit_price=1, total=1
        )
        Complaint.objects.create(
            number=f"C{Complaint.objects.count() + 1}", order=order, product_id=variant.product_id, topic=topic,
            subject="x", opened_at=ago(days) - timedelta(hours=step), due_at=ago(0),
        )  # fmt: skip


def sent_back(variant, days: float, reason: str = "faulty") -> Return:
    order = factories.OrderFactory(state="delivered")
    line = OrderLine.objects.create(
        order=order, variant=variant, sku=variant.sku, title="x", quantity=1, unit_price=1, total=1
    )
    case = Return.objects.create(number=f"R{Return.objects.count() + 1}", order=order, requested_at=ago(days))
    ReturnLine.objects.create(case=case, order_line=line, quantity=1, reason=reason)
    return case


# Praised and rising


@pytest.mark.parametrize(
    ("voices", "units", "forecast", "praised"),
    [
        (Voices(4.8, 12, 4.6, 12), 200, 280, True),
        (Voices(4.8, 12, None, 0), 200, 280, True),
        (Voices(4.8, 12, 4.9, 12), 200, 280, False),  # buyers liked it better before
        (Voices(4.4, 12, 4.0, 12), 200, 280, False),
        (Voices(4.8, 4, None, 0), 200, 280, False),
        (Voices(4.8, 12, 4.6, 60), 200, 280, False),  # fewer speak of it than before
        (Voices(4.8, 12, 4.6, 12), 200, 220, False),
        (Voices(4.8, 12, 4.6, 12), 10, 13, False),  # not clear of chance
        (Voices(4.8, 12, 4.6, 12), 0, 13, False),
    ],
)
def test_what_praise_needs(voices, units, forecast, praised):
    assert is_praised(voices, units, forecast) is praised


def test_a_praised_and_rising_product_is_told_once(scope, ann, ben, rival, cleo):
    good, plain, _third = things = shop_of(3)
    foreseen(things, 1.5)
    for day in range(8):
        reviewed(good, 1 + day)
    for day in (40, 60):
        reviewed(good, day, rating=4)
    for day in range(8):
        reviewed(plain, 1 + day, rating=3)
        reviewed(plain, 1 + day, state="held")
    assert find_praised() == 1
    assert find_praised() == 0

    (fact,) = payloads("praised")
    assert (fact["product_id"], fact["rating"], fact["reviews"]) == (good.product_id, 5.0, 8)
    assert (fact["rating_before"], fact["reviews_before"], fact["forecast_percent"]) == (4.0, 0.7, 50)
    assert (fact["units"], fact["available"]) == (112, None)
    run_tasks()
    assert told("product-praised") == [("Ann", "unread"), ("Ben", "unread")]
    with tenant(rival):
        assert find_praised() == 0
        assert told("product-praised") == []


def test_praise_that_ends_may_begin_again(scope, time_machine):
    things = shop_of(2)
    foreseen(things, 1.5)
    for day in range(8):
        reviewed(things[0], 1 + day)
    find_praised()
    foreseen(things, 1.1)
    assert find_praised() == 0
    assert ProductEpisode.objects.open().count() == 1  # still rising, if less
    foreseen(things, 0.9)
    assert find_praised() == 0
    assert not ProductEpisode.objects.open().exists()
    foreseen(things, 1.5)
    assert find_praised() == 1


def test_the_look_for_praise_costs_the_same_for_many_products(scope, django_assert_max_num_queries):
    things = shop_of(3)
    for thing in things:
        for day in range(6):
            reviewed(thing, 1 + day, rating=5)
    foreseen(things, 0.5)
    with django_assert_max_num_queries(24):
        find_praised()
    more = shop_of(25)
    for thing in more:
        for day in range(6):
            reviewed(thing, 1 + day, rating=5)
    foreseen(more, 0.5)
    with django_assert_max_num_queries(24):
        assert find_praised() == 0


# Bursts of complaints


def test_a_burst_is_told_once_with_the_variant_and_over_when_it_is_calm(scope, ann, ben, rival, time_machine):
    bad, _second, _third = shop_of(3)
    complained(bad, 50)
    complained(bad, 2, 5)
    complained(bad, 2, 3, topic="not_arrived")  # about the carrier, not the goods
    sent_back(bad, 1)
    sent_back(bad, 1, reason="changed_mind")
    assert find_bursts() == 1
    assert find_bursts() == 0
    (fact,) = payloads("complaints_burst")
    assert (fact["product_id"], fact["sku"], fact["variant_id"]) == (bad.product_id, bad.sku, bad.pk)
    assert (fact["cases"], fact["complaints"], fact["returns"]) == (6, 5, 1)
    assert 0 < fact["expected"] < 1 < fact["times"]
    assert fact["chance"] < FALSE_ALARMS_A_YEAR / 365 / 3
    run_tasks()
    assert told("complaints-burst") == [("Ann", "unread")]

    time_machine.move_to(datetime(2026, 6, 25, 1, 0, tzinfo=UTC), tick=False)
    assert find_bursts() == 0
    assert len(payloads("complaints_calmed")) == 1
    run_tasks()
    assert told("complaints-burst") == [("Ann", "handled")]
    with tenant(rival):
        assert find_bursts() == 0


def test_a_complaint_and_a_return_of_one_order_are_one_case(scope):
    bad, _other = shop_of(2)
    for _ in range(2):
        case = sent_back(bad, 1)
        Complaint.objects.create(
            number=f"C{case.pk}", order=case.order, product_id=bad.product_id, topic="damaged", subject="x",
            opened_at=ago(2), due_at=ago(0),
        )  # fmt: skip
    assert find_bursts() == 0  # two cases, not four


def test_what_was_always_complained_about_is_no_burst(scope):
    bad, _other = shop_of(2)
    for day in range(8, 96, 2):
        complained(bad, day)
    complained(bad, 2, 5)
    assert find_bursts() == 0


def test_the_look_for_bursts_costs_the_same_for_many_products(scope, django_assert_num_queries):
    bad = shop_of(3)[0]
    complained(bad, 2, 2)
    with django_assert_num_queries(7):
        assert find_bursts() == 0
    for thing in shop_of(25):
        complained(thing, 3)
        sent_back(thing, 4)
    with django_assert_num_queries(7):
        assert find_bursts() == 0


@pytest.mark.parametrize("rate", [0.3, 2.0])
def test_false_alarms_are_as_rare_as_promised(rate):
    """A shop of 200 products in which nothing changes, looked at in 500 weeks: its yearly false alarms."""
    chance = np.random.default_rng(3)
    products, looks = 200, 500
    before, now = chance.poisson(rate * 90 / 7, (looks, products)), chance.poisson(rate, (looks, products))
    shop_rate = rate / 28
    alarms = 0
    for old, new in zip(before, now, strict=True):
        for cases_before, cases in zip(old.tolist(), new.tolist(), strict=True):
            if cases >= 3:
                trouble = Trouble(cases, cases_before, 112.0, 360.0)
                alarms += is_burst(chance_of(trouble, usual_of(trouble, shop_rate)), cases, products)
    assert alarms / looks * 365 <= FALSE_ALARMS_A_YEAR * 2.5  # of so few draws


def test_the_page_of_a_burst_shows_exactly_what_was_counted(scope, ann, as_user, time_machine):
    bad, other = shop_of(2)
    complained(bad, 50)
    complained(bad, 2, 5)
    complained(bad, 2, 3, topic="not_arrived")
    complained(other, 2)
    both = sent_back(bad, 1)
    Complaint.objects.create(
        number="BOTH", order=both.order, product_id=bad.product_id, topic="damaged", subject="x", opened_at=ago(3),
        due_at=ago(0),
    )  # fmt: skip
    known = sent_back(bad, 1)  # its first word was before the week
    Complaint.objects.create(
        number="OLD", order=known.order, product_id=bad.product_id, topic="damaged", subject="x", opened_at=ago(9),
        due_at=ago(0),
    )  # fmt: skip
    off, later, alone = sent_back(bad, 1), sent_back(bad, 1), sent_back(bad, 1, reason="changed_mind")
    Return.objects.filter(pk=off.pk).update(state="cancelled", ended_at=ago(0.5))
    Complaint.objects.create(
        number="NONE", product_id=bad.product_id, topic="other", subject="x", opened_at=ago(2), due_at=ago(0)
    )
    assert find_bursts() == 1
    (fact,) = payloads("complaints_burst")
    assert fact["cases"] == 8
    time_machine.move_to(datetime(2026, 6, 16, 1, 0, tzinfo=UTC), tick=False)
    Return.objects.filter(pk=later.pk).update(state="cancelled", ended_at=timezone.now())
    complained(bad, 0.2)

    episode = ProductEpisode.objects.get()
    first, last, cases = cases_of(episode)
    assert (first.isoformat(), last.isoformat(), len(cases)) == ("2026-06-08", "2026-06-14", fact["cases"])
    assert [case.at for case in cases] == sorted((case.at for case in cases), reverse=True)
    numbers = {one.number for case in cases for one in (*case.complaints, *case.returns)}
    assert {"BOTH", "NONE", both.number, later.number} < numbers
    assert not {"OLD", known.number, off.number, alone.number} & numbers
    run_tasks()
    note = Notification.objects.get(kind="complaints-burst", user=ann)
    address = kind_of("complaints-burst").path(scope.slug, note.params)
    assert address == reverse("burst-detail", args=[scope.slug, episode.pk])
    page = as_user(ann).get(address).content.decode()
    assert "8 cases from" in page
    assert page.count("<tr>") == 1 + 8
    assert both.get_absolute_url() in page


def test_the_page_of_a_burst_is_of_one_shop_and_of_bursts_alone(scope, ann, cleo, as_user):
    (thing,) = shop_of(1)
    burst = ProductEpisode.objects.create(kind="complaints", product_id=thing.product_id, figures={"expected": 0.5})
    praised = ProductEpisode.objects.create(kind="praised", product_id=thing.product_id)
    address = reverse("burst-detail", args=[scope.slug, burst.pk])
    assert as_user(ann).get(address).status_code == 200
    assert as_user(cleo).get(address).status_code == 404
    assert as_user(ann).get(reverse("burst-detail", args=[scope.slug, praised.pk])).status_code == 404


@pytest.mark.parametrize("count", [1, 3])
def test_the_cases_of_a_burst_cost_two_queries(scope, django_assert_num_queries, count):
    (bad,) = shop_of(1)
    complained(bad, 2, count)
    for _ in range(count):
        sent_back(bad, 1)
    ProductEpisode.objects.create(kind="complaints", product_id=bad.product_id)
    episode = burst_list().get()
    with django_assert_num_queries(2):
        cases = cases_of(episode)[2]
        assert all(case.order.get_absolute_url() for case in cases)
    assert len(cases) == 2 * count
