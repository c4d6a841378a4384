"""Units between warehouses: they leave once, arrive once, and what is lost on the way is written down."""

from __future__ import annotations

import pytest

from core.errors import Refused
from ecommerce.inventory import actions
from ecommerce.inventory.queries import broken_levels, in_transit
from ecommerce.models import StockLevel, StockMove, Transfer, Warehouse
from tests import factories
from tests.ecommerce.orders_kit import ANN, placed, stocked
from tests.race import alone, shared_database, together


def levels(variant):
    return {level.warehouse.code: level.on_hand for level in StockLevel.objects.filter(variant=variant)}


@pytest.fixture
def cup(scope):
    variant = stocked(10, sku="CUP")
    Warehouse.objects.filter(is_default=True).update(code="MAIN")
    return variant


@pytest.fixture
def hall(cup):
    return factories.WarehouseFactory(name="Hall 2", code="H2")


def draft(hall, **wanted):
    source = Warehouse.objects.get(code="MAIN")
    return actions.draft_transfer(source, hall, wanted or {"CUP": 4}, actor=ANN)


def test_a_draft_moves_nothing_and_a_sent_one_is_in_transit(cup, hall):
    transfer = draft(hall)
    assert levels(cup) == {"MAIN": 10}

    actions.send_transfer(transfer, actor=ANN)

    assert levels(cup) == {"MAIN": 6}
    assert [line.quantity for line in in_transit(cup)] == [4]
    assert not broken_levels().exists()


def test_received_units_are_in_the_other_warehouse(cup, hall):
    transfer = actions.receive_transfer(actions.send_transfer(draft(hall), actor=ANN), actor=ANN)

    assert (transfer.state, levels(cup)) == ("received", {"MAIN": 6, "H2": 4})
    assert not in_transit(cup)
    with pytest.raises(Refused) as refusal:
        actions.receive_transfer(transfer, actor=ANN)
    assert refusal.value.code == "wrong_state"
    assert levels(cup)["H2"] == 4


@pytest.mark.parametrize(("came", "reason"), [(3, "damage"), (5, "adjustment")])
def test_a_difference_takes_a_reason_and_stands_in_the_ledger(cup, hall, came, reason):
    transfer = actions.send_transfer(draft(hall), actor=ANN)
    line = transfer.lines.get()
    with pytest.raises(Refused) as refusal:
        actions.receive_transfer(transfer, came={line.pk: came}, actor=ANN)
    assert "reason" in refusal.value.fields

    actions.receive_transfer(transfer, came={line.pk: came}, reason="Fell off", actor=ANN)

    assert levels(cup)["H2"] == came
    move = StockMove.objects.get(reason=reason)
    assert (move.quantity, move.note, move.reference) == (came - 4, "Fell off", transfer.number)
    assert sum(StockMove.objects.filter(reason="transfer").values_list("quantity", flat=True)) == 0
    assert not broken_levels().exists()


def test_units_promised_to_orders_do_not_leave(cup, hall):
    placed((cup, 7), paid=True)
    with pytest.raises(Refused) as refusal:
        actions.send_transfer(draft(hall), actor=ANN)
    assert refusal.value.code == "not_enough_stock"
    assert levels(cup) == {"MAIN": 10}
    assert Transfer.objects.get().state == "draft"


def test_a_transfer_called_off_on_its_way_is_back(cup, hall):
    transfer = actions.cancel_transfer(actions.send_transfer(draft(hall), actor=ANN), actor=ANN)
    assert (transfer.state, levels(cup)) == ("cancelled", {"MAIN": 10})
    assert not broken_levels().exists()


@pytest.mark.parametrize("wanted", [{"NONE": 1}, {"CUP": 0}, {"CUP": -2}])
def test_lines_that_cannot_be_are_refused(cup, hall, wanted):
    with pytest.raises(Refused):
        draft(hall, **wanted)
    with pytest.raises(Refused):
        actions.draft_transfer(hall, hall, {"CUP": 1}, actor=ANN)
    assert not Transfer.objects.exists()


def test_of_two_who_receive_at_once_one_does(transactional_db, scope, cup, hall, tmp_path):
    from core.tenancy import tenant

    transfer = actions.send_transfer(draft(hall), actor=ANN)
    merchant = transfer.merchant

    def receive():
        with tenant(merchant):
            actions.receive_transfer(transfer, actor=ANN)

    def there():
        with tenant(merchant):
            return levels(cup), broken_levels().exists()

    with shared_database(tmp_path):
        outcome = together(receive, receive, receive)
        assert alone(there) == ({"MAIN": 6, "H2": 4}, False)
    assert sorted(getattr(one, "code", "") for one in outcome)[0] == ""
    assert sum(one is None for one in outcome) == 1
