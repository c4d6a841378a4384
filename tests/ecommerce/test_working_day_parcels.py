"""The working day with parcels that come back: stock and money add up whatever becomes of them."""

from __future__ import annotations

from typing import Any

import pytest
from django.db.models import F, Sum
from django.utils import timezone
from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import Bundle, consumes, invariant, multiple, rule
from hypothesis.stateful import run_state_machine_as_test as run

from ecommerce.fulfilment.actions import add_tracking_event, replace_lost, send_again, take_in
from ecommerce.models import Order, OrderLine, ParcelCase, Shipment, ShipmentLine
from ecommerce.returns.queries import arrived_of, returnable
from tests.ecommerce.orders_kit import ANN
from tests.ecommerce.test_working_day_machine import WorkingDay, checked, few, some, steps


class ParcelDay(WorkingDay):
    """The same shop; carriers lose parcels or bring them back, which leave again or are taken into stock."""

    parcels = WorkingDay.parcels
    back = Bundle("back")

    @rule(target=back, cups=few)
    def unreached(self, cups: int) -> Any:
        order = self.place(cups, 0, 0, paid=True, fee="7.77", off="0", tax="0")
        parcel = self.ship(order, None, elsewhere=False) if isinstance(order, Order) else None
        return self.come_back(parcel) if isinstance(parcel, Shipment) else multiple()

    @rule(target=back, parcel=consumes(parcels))
    def come_back(self, parcel: Shipment) -> Any:
        report = lambda: add_tracking_event(parcel, kind="returned", at=timezone.now(), actor=ANN)  # noqa: E731
        steps(self, "come back", report)
        return ParcelCase.objects.filter(shipment=parcel, reason="returned").first() or multiple()

    @rule(target=parcels, case=back)
    def again(self, case: ParcelCase) -> Any:
        return steps(self, "again", lambda: send_again(case, actor=ANN)) or multiple()

    @rule(target=parcels, parcel=consumes(parcels))
    def lose(self, parcel: Shipment) -> Any:
        report = lambda: add_tracking_event(parcel, kind="problem", at=timezone.now(), actor=ANN)  # noqa: E731
        steps(self, "trouble", report)
        case = ParcelCase.objects.filter(shipment=parcel, reason="problem").first()
        return (case and steps(self, "lose", lambda: replace_lost(case, actor=ANN))) or multiple()

    @rule(case=back, shelf=some, refund=st.booleans())
    def take(self, case: ParcelCase, shelf: int, refund: bool) -> None:
        kept = {line.pk: min(shelf, line.quantity) for line in case.shipment.lines.all()}
        steps(self, "take in", lambda: take_in(case, restock=kept, refund=refund, actor=ANN))

    @invariant()
    def what_left_is_in_one_parcel(self) -> None:
        live = ShipmentLine.objects.filter(shipment__sent_again_as=None).order_by()
        sent = dict(live.values_list("order_line").annotate(n=Sum("quantity")))
        left = OrderLine.objects.filter(shipped_quantity__gt=0).values_list("pk", "shipped_quantity")
        assert sent == dict(left)

    @invariant()
    def nobody_can_return_what_is_not_theirs(self) -> None:
        for order in Order.objects.filter(shipments__taken_back_at__isnull=False).distinct():
            free, theirs = returnable(order), arrived_of(order, timezone.now())
            assert all(0 <= theirs[pk] <= units for pk, units in free.items())
        assert not OrderLine.objects.filter(refunded_quantity__gt=F("quantity")).exists()


def looked_at(day: ParcelDay, did: Any) -> Any:
    day.what_left_is_in_one_parcel()
    day.nobody_can_return_what_is_not_theirs()
    return checked(day, did)


@pytest.fixture
def _machine(scope: Any) -> None:
    WorkingDay.done = {}


@pytest.mark.usefixtures("_machine")
def test_the_books_add_up_where_parcels_come_back():
    day = ParcelDay()
    day.open_the_shop()
    first = looked_at(day, day.unreached(2))
    parcel = looked_at(day, day.lose(looked_at(day, day.again(first))))
    second = looked_at(day, day.come_back(parcel))
    looked_at(day, day.again(first))
    looked_at(day, day.take(second, 1, refund=True))
    looked_at(day, day.take(second, 1, refund=True))
    day.teardown()
    assert WorkingDay.done == {
        "place": 1, "ship": 1, "come back": 2, "again": 1, "take in": 1, "trouble": 1, "lose": 1,
    }  # fmt: skip


@pytest.mark.slow
@pytest.mark.usefixtures("_machine")
def test_the_books_add_up_through_many_days_of_parcels():
    checks = [HealthCheck.too_slow, HealthCheck.data_too_large, HealthCheck.filter_too_much]
    quiet = settings(
        max_examples=20, stateful_step_count=30, deadline=None, database=None, derandomize=True,
        suppress_health_check=checks,
    )  # fmt: skip
    run(ParcelDay, settings=quiet)
    assert {"come back", "again", "take in", "lose"} <= WorkingDay.done.keys()
