"""A carrier that fails is one fact a day and one item in an inbox, however many parcels are late."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import numpy as np
import pytest
from django.utils import timezone

from accounts.models import Activity
from core.bulk import bulk_insert
from core.tenancy import tenant
from ecommerce.fulfilment.actions import watch_parcels
from ecommerce.fulfilment.actions.delays import find_delays
from ecommerce.fulfilment.models import CarrierDelay, ParcelCase, Shipment
from ecommerce.fulfilment.rules import Punctuality, chance_of_late, runs_late, scatter
from notifications.inbox.models import Notification
from tests import factories
from tests.ecommerce.carriers_kit import carrier
from tests.queue import run_tasks


@pytest.fixture(autouse=True)
def _noon(time_machine, settings):
    settings.DEMO, settings.EMAIL_URL = True, ""
    time_machine.move_to(datetime(2026, 6, 15, 4, 0, tzinfo=UTC), tick=False)


def parcels(by, count: int, *, due: float, late: bool, came: bool = True) -> None:
    """Parcels promised `due` days ago, sent three days before that; late ones came half a day after it or not yet."""
    now = timezone.now()
    order = factories.OrderFactory(state="shipped")
    promised = now - timedelta(days=due)
    bulk_insert(
        [
            Shipment(
                order=order, carried_by=by, carrier=by.name, shipped_at=promised - timedelta(days=3),
                promised_at=promised, moved_at=now - timedelta(hours=6),
                delivered_at=(promised + timedelta(hours=12 if late else -3)) if came else None,
                state="delivered" if came else "in_transit",
            )
            for _ in range(count)
        ]
    )  # fmt: skip


def history(by, each: int = 30, late: int = 1) -> None:
    for back in range(2, 50):
        parcels(by, each - late, due=back, late=False)
        parcels(by, late, due=back, late=True)


def facts() -> list[dict]:
    told = Activity.objects.filter(kind="fulfilment.carrier_late").order_by("pk")
    return list(told.values_list("payload", flat=True))


def inbox(user) -> list[tuple[str, str]]:
    rows = Notification.objects.filter(user=user).exclude(state="handled").order_by("pk")
    return list(rows.values_list("kind", "state"))


def test_two_thousand_late_parcels_are_one_item_in_each_inbox(scope, ann, ben, as_user, rival):
    sf, other = carrier(), carrier("Slow Boat")
    history(sf)
    history(other)
    parcels(sf, 2000, due=0.5, late=True, came=False)
    parcels(sf, 100, due=0.4, late=False)
    assert watch_parcels()["overdue"] == 2000
    run_tasks()
    (fact,) = facts()
    assert (fact["carrier"], fact["parcels"], fact["late"], fact["due"]) == ("SF Express", 2000, 2000, 2100)
    assert (fact["share_percent"], fact["usual_percent"], fact["day"]) == (95, 3, "2026-06-15")
    assert inbox(ann) == inbox(ben) == [("carrier-late", "unread")]
    assert not Notification.objects.filter(kind="parcel-cases").exists()

    watch_parcels()
    run_tasks()
    assert len(facts()) == 1
    page = as_user(ann).get(f"/m/luming/shipments/cases/?tab=overdue&carrier={sf.pk}")
    assert page.status_code == 200
    with tenant(rival):
        assert watch_parcels()["told"] == 0
        assert not CarrierDelay.objects.exists()


def test_what_was_told_one_look_after_the_other_is_settled_by_it(scope, ann, time_machine):
    sf = carrier()
    history(sf)
    parcels(sf, 3, due=0.1, late=True, came=False)
    watch_parcels()
    run_tasks()
    assert inbox(ann) == [("parcel-cases", "unread")]
    time_machine.shift(timedelta(hours=1))
    parcels(sf, 40, due=0.02, late=True, came=False)
    watch_parcels()
    run_tasks()
    assert inbox(ann) == [("carrier-late", "unread")]

    time_machine.shift(timedelta(hours=1))
    parcels(sf, 7, due=0.02, late=True, came=False)
    watch_parcels()
    run_tasks()
    assert inbox(ann) == [("carrier-late", "unread")]  # grows, and tells of no parcel beside it
    assert Notification.objects.get(user=ann, kind="carrier-late").params["parcels"] == 50
    assert len(facts()) == 1


def test_what_was_told_on_the_days_before_is_settled_by_it(scope, ann, time_machine):
    """A problem of another kind that was told then is told again beside it."""
    sf, other = carrier(), carrier("Slow Boat")
    history(sf)
    for one in (sf, other):
        parcels(one, 3, due=0.1, late=True, came=False)
    ParcelCase.objects.create(shipment=Shipment.objects.filter(carried_by=sf).latest("pk"), reason="address_problem")
    watch_parcels()
    run_tasks()
    assert inbox(ann) == [("parcel-cases", "unread")] * 2
    time_machine.shift(timedelta(days=1))
    parcels(sf, 40, due=0.02, late=True, came=False)
    watch_parcels()
    run_tasks()
    assert inbox(ann) == [("parcel-cases", "unread"), ("carrier-late", "unread"), ("parcel-cases", "unread")]
    unsettled = Notification.objects.filter(user=ann).exclude(state="handled").order_by("pk")
    assert [note.params["carrier"] for note in unsettled] == ["Slow Boat", "SF Express", "SF Express"]
    assert unsettled.last().params["reason"] == "address_problem"


def test_a_day_on_which_parcels_stand_still_takes_the_place_of_the_day_before(scope, ann, time_machine):
    sf = carrier()
    for _day in range(2):
        parcels(sf, 3, due=0.1, late=True, came=False)
        watch_parcels()
        run_tasks()
        assert inbox(ann) == [("parcel-cases", "unread")]
        time_machine.shift(timedelta(days=1))


def test_other_problems_of_that_day_are_still_told(scope, ann):
    sf = carrier()
    history(sf)
    parcels(sf, 40, due=0.2, late=True, came=False)
    ParcelCase.objects.create(shipment=Shipment.objects.latest("pk"), reason="address_problem")
    watch_parcels()
    run_tasks()
    assert inbox(ann) == [("carrier-late", "unread"), ("parcel-cases", "unread")]
    assert Notification.objects.get(kind="parcel-cases", user=ann).params["count"] == 1


def test_the_next_bad_day_is_a_fact_of_its_own_in_the_place_of_the_first(scope, ann, time_machine):
    sf = carrier()
    history(sf)
    for _day in range(2):
        parcels(sf, 60, due=0.2, late=True, came=False)
        watch_parcels()
        run_tasks()
        time_machine.shift(timedelta(days=1))
    assert [fact["day"] for fact in facts()] == ["2026-06-15", "2026-06-16"]
    assert [kind for kind, _state in inbox(ann)].count("carrier-late") == 1


def test_a_carrier_without_a_past_or_as_late_as_ever_is_no_fact(scope):
    fresh, slow = carrier("New One"), carrier("Slow Boat")
    history(slow, late=12)
    parcels(fresh, 30, due=0.2, late=True, came=False)
    parcels(slow, 14, due=0.2, late=True, came=False)
    parcels(slow, 16, due=0.2, late=False)
    watch_parcels()
    assert facts() == []


def test_a_look_costs_the_same_for_many_parcels(scope, django_assert_num_queries):
    with django_assert_num_queries(3):
        find_delays(timezone.now())
    some = [carrier(name) for name in ("A", "B", "C")]
    for one in some:
        history(one, late=6)
        parcels(one, 5, due=0.2, late=True, came=False)
        parcels(one, 20, due=0.2, late=False)
    with django_assert_num_queries(7):
        assert find_delays(timezone.now()) == 0
    for one in some:
        parcels(one, 100, due=0.2, late=False)
    with django_assert_num_queries(7):
        assert find_delays(timezone.now()) == 0


def test_days_that_vary_by_themselves_must_differ_more():
    even = [Punctuality(2, 40)] * 60
    wild = [Punctuality(late, 40) for late in (0, 0, 0, 0, 0, 0, 0, 0, 0, 20)] * 6
    assert (scatter(even), scatter(even[:5])) == (1.0, 2.0)
    assert scatter(wild) > 15
    today = Punctuality(16, 40)
    assert chance_of_late(today, even) < chance_of_late(today, wild)
    assert runs_late(today, even)
    assert not runs_late(today, wild)


def test_false_alarms_of_a_carrier_are_as_rare_as_promised():
    """Two thousand looks at a carrier whose days vary twice as much as chance: at most one in 200 is taken for more."""
    chance = np.random.default_rng(5)
    alarms = 0
    for _look in range(2000):
        share = np.clip(chance.gamma(4.0, 0.02, 61), 0, 0.9)
        late = chance.binomial(40, share)
        days = [Punctuality(int(one), 40) for one in late]
        alarms += runs_late(days[0], days[1:])
    assert alarms <= 10
