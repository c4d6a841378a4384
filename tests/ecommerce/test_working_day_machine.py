"""Whatever is done in whatever order: stock and money always add up.

A machine of hypothesis does random steps of a working day through the same actions as pages and API, refused ones
included, and checks the books after each.
"""

from __future__ import annotations

import contextlib
from collections import Counter
from collections.abc import Callable
from datetime import date, timedelta
from decimal import Decimal
from typing import Any

import pytest
from django.db import transaction
from django.db.models import F, Q, Sum
from django.utils import timezone
from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import Bundle, RuleBasedStateMachine, consumes, initialize, invariant, multiple, rule
from hypothesis.stateful import run_state_machine_as_test as run

from core.errors import Refused
from ecommerce.fulfilment.actions import mark_parcel_delivered, ship_order
from ecommerce.inventory import actions as stock
from ecommerce.inventory.actions import adjust_stock
from ecommerce.inventory.lots import broken_lots
from ecommerce.inventory.queries import broken_levels
from ecommerce.models import (
    LineLot,
    Order,
    OrderLine,
    Payment,
    PurchaseOrder,
    Reservation,
    Return,
    Shipment,
    StockCount,
    StockLevel,
    StockMove,
    Transfer,
    TransferLine,
    Variant,
    Warehouse,
)
from ecommerce.orders import actions
from ecommerce.purchasing.actions import receive_goods
from ecommerce.purchasing.rules import Came
from ecommerce.returns import actions as returning
from ecommerce.returns.queries import returnable
from ecommerce.returns.rules import Inspection
from tests import factories
from tests.ecommerce.lots_kit import shop_day, wrongly_held
from tests.ecommerce.orders_kit import ANN, given, stocked
from tests.ecommerce.purchasing_kit import kiln, sent

D = Decimal
few, some = st.integers(1, 3), st.integers(0, 4)
LOTS = {"OLD": date(2020, 1, 31), "NEAR": date(2999, 1, 31), "FAR": date(2999, 12, 30), "EVER": None}
SHELF = st.sampled_from([("CUP", ""), ("GIFT", ""), ("POT", ""), *(("POT", lot) for lot in LOTS)])
cents = st.integers(1, 40_000).map(lambda amount: D(amount) / 100)


def steps(machine: WorkingDay, name: str, act: Callable[[], Any]) -> Any:
    """Do it, or leave everything as it was where it is refused."""
    with contextlib.suppress(Refused):
        done = act()
        machine.done[name] = machine.done.get(name, 0) + 1
        return done
    return None


class WorkingDay(RuleBasedStateMachine):
    """Cups, and pots in lots, in two warehouses, of which the second serves orders at times; gifts are not counted."""

    done: dict[str, int] = {}
    orders = Bundle("orders")
    parcels = Bundle("parcels")
    cases = Bundle("cases")
    purchases = Bundle("purchases")
    transfers = Bundle("transfers")
    counts = Bundle("counts")

    def __init__(self) -> None:
        super().__init__()
        self.undo = transaction.atomic()
        self.undo.__enter__()

    def teardown(self) -> None:
        transaction.set_rollback(True)
        self.undo.__exit__(None, None, None)

    @initialize()
    def open_the_shop(self) -> None:
        self.cup = stocked(4, sku="CUP", price=D("19.99"))
        self.pot = stocked(2, sku="POT", price=D("168.00"), product__keeps_lots=True)
        self.gift = factories.VariantFactory(sku="GIFT", price=D("0.01"))
        self.hall = factories.WarehouseFactory(name="Hall 2", code="H2")
        self.supplier = kiln(sku="POT", multiple=1)
        self.keys = 0

    def lines_of(self, order: Order, counts: list[int]) -> dict[int, int]:
        ids = order.lines.order_by("pk").values_list("pk", flat=True)
        return dict(zip(ids, counts, strict=False))

    @rule(
        target=orders, cups=few, pots=some, gifts=some, paid=st.booleans(), fee=st.sampled_from(["0", "12.00", "7.77"]),
        off=st.sampled_from(["0", "3.33"]), tax=st.sampled_from(["0", "1.01"]),
    )  # fmt: skip
    def place(self, cups: int, pots: int, gifts: int, paid: bool, fee: str, off: str, tax: str) -> Any:
        lines = [(self.cup, cups), (self.pot, pots), (self.gift, gifts)]
        wanted = given(
            *[(one, count) for one, count in lines if count],
            paid=paid, payment_method="alipay", shipping_fee=D(fee), discount=D(off), tax=D(tax),
        )  # fmt: skip
        return steps(self, "place", lambda: actions.place_order(wanted, actor=ANN)) or multiple()

    @rule(order=orders)
    def pay(self, order: Order) -> None:
        steps(self, "pay", lambda: actions.take_payment(order, method="alipay", actor=ANN))

    @rule(order=orders, counts=st.none() | st.lists(some, min_size=3, max_size=3))
    def cancel(self, order: Order, counts: list[int] | None) -> None:
        lines = self.lines_of(order, counts) if counts else None
        steps(self, "cancel", lambda: actions.cancel_order(order, reason="x", lines=lines, actor=ANN))

    @rule(order=orders, release=st.booleans())
    def hold(self, order: Order, release: bool) -> None:
        if release:
            steps(self, "release", lambda: actions.release_order(order, actor=ANN))
        else:
            steps(self, "hold", lambda: actions.hold_order(order, reason="x", actor=ANN))

    @rule(order=orders)
    def pack(self, order: Order) -> None:
        steps(self, "pack", lambda: actions.pack_order(order, actor=ANN))

    @rule(
        target=parcels, order=orders, counts=st.none() | st.lists(some, min_size=3, max_size=3), elsewhere=st.booleans()
    )
    def ship(self, order: Order, counts: list[int] | None, elsewhere: bool) -> Any:
        how = {"units": self.lines_of(order, counts) if counts else None, "warehouse": self.hall if elsewhere else None}
        send = lambda: ship_order(order, **how, actor=ANN)  # noqa: E731
        return steps(self, "ship", send) or multiple()

    @rule(target=orders, cups=few)
    def deliver(self, cups: int) -> Any:
        order = actions.place_order(given((self.cup, cups), paid=True, payment_method="wechat"), actor=ANN)
        parcel = steps(self, "ship", lambda: ship_order(order, actor=ANN))
        if parcel is not None:
            steps(self, "arrive", lambda: mark_parcel_delivered(parcel, actor=ANN))
        return order

    @rule(parcel=consumes(parcels))
    def arrive(self, parcel: Shipment) -> None:
        steps(self, "arrive", lambda: mark_parcel_delivered(parcel, actor=ANN))

    @rule(order=orders, amount=cents)
    def refund_money(self, order: Order, amount: Decimal) -> None:
        steps(self, "refund", lambda: actions.refund_order(order, amount=amount, reason="x", actor=ANN))

    @rule(order=orders, counts=st.lists(some, min_size=3, max_size=3), restock=st.booleans())
    def refund_units(self, order: Order, counts: list[int], restock: bool) -> None:
        lines = self.lines_of(order, counts)
        give = lambda: actions.refund_order(order, lines=lines, reason="x", restock=restock, actor=ANN)  # noqa: E731
        steps(self, "refund units", give)

    @rule(target=cases, order=orders, counts=st.lists(some, min_size=3, max_size=3))
    def ask_to_return(self, order: Order, counts: list[int]) -> Any:
        free = returnable(Order.objects.get(pk=order.pk))
        wanted = {pk: min(units, free.get(pk, 0) + 1) for pk, units in self.lines_of(order, counts).items()}
        lines = [returning.LineIn(pk, units, "damaged", "") for pk, units in wanted.items() if units]
        case = steps(self, "return", lambda: returning.request_return(order, lines=lines, actor=ANN))
        if case is None:
            return multiple()
        return steps(self, "approve", lambda: returning.approve_return(case, actor=ANN)) or multiple()

    @rule(case=cases, shelf=some)
    def inspect(self, case: Return, shelf: int) -> None:
        found = {}
        for line in case.lines.all():
            kept = min(shelf, line.quantity)
            found[line.pk] = Inspection(restock=kept, write_off=line.quantity - kept)
        steps(self, "inspect", lambda: returning.receive_return(case, inspected=found, actor=ANN))

    @rule(case=cases, amount=cents)
    def settle(self, case: Return, amount: Decimal) -> None:
        end = lambda: returning.settle_return(  # noqa: E731
            case, outcome=Return.Outcome.REFUND, amount=amount, reason="", actor=ANN
        )
        steps(self, "settle", end)

    @rule(target=purchases, units=st.integers(1, 6))
    def buy(self, units: int) -> Any:
        return steps(self, "buy", lambda: sent(self.supplier, ("POT", units))) or multiple()

    @rule(purchase=purchases, good=some, bad=some, lot=st.sampled_from(["", *LOTS]), again=st.booleans())
    def receive(self, purchase: PurchaseOrder, good: int, bad: int, lot: str, again: bool) -> None:
        self.keys += not again
        came = {purchase.lines.get().pk: Came(good, bad, lot, LOTS.get(lot))}
        take = lambda: receive_goods(purchase, came, key=f"k{self.keys}", actor=ANN)  # noqa: E731
        steps(self, "receive", take)

    @rule(which=st.sampled_from(["CUP", "POT"]), counted=st.integers(0, 8), elsewhere=st.booleans())
    def count(self, which: str, counted: int, elsewhere: bool) -> None:
        place = self.hall if elsewhere else Warehouse.objects.get(is_default=True)
        variant = Variant.objects.get(sku=which)
        steps(self, "count", lambda: adjust_stock(variant, place, counted=counted, actor=ANN))

    @rule(units=few, lot=st.sampled_from(list(LOTS)))
    def fill(self, units: int, lot: str) -> None:
        place, of = Warehouse.objects.get(is_default=True), stock.LotIn(lot, LOTS[lot])
        steps(self, "fill", lambda: stock.fill_lot(self.pot, place, of, units, actor=ANN))

    @rule(rank=st.sampled_from([None, 0, 1]), default=st.booleans())
    def serve(self, rank: int | None, default: bool) -> None:
        """The hall serves orders before or after the default warehouse, or not at all; or it becomes the default."""
        self.hall.refresh_from_db()
        self.hall.serve_rank, self.hall.is_default = rank, default or self.hall.is_default
        steps(self, "serve", lambda: stock.save_warehouse(self.hall, actor=ANN))

    @rule(minutes=st.sampled_from([0, 30]))
    def hold_unpaid(self, minutes: int) -> None:
        steps(self, "rules", lambda: stock.save_rules(hold_minutes=minutes, actor=ANN))

    @rule(minutes=st.sampled_from([1, 31]))
    def time_passes(self, minutes: int) -> None:
        steps(self, "expire", lambda: stock.let_go_expired(timezone.now() + timedelta(minutes=minutes)))

    @rule(target=transfers, cups=some, pots=some, back=st.booleans(), send=st.booleans())
    def move(self, cups: int, pots: int, back: bool, send: bool) -> Any:
        places = [Warehouse.objects.get(is_default=True), self.hall]
        if places[0] == self.hall:
            places[0] = Warehouse.objects.exclude(pk=self.hall.pk).get()
        source, target = reversed(places) if back else places
        wanted = {sku: units for sku, units in [("CUP", cups), ("POT", pots)] if units}
        made = steps(self, "transfer", lambda: stock.draft_transfer(source, target, wanted, actor=ANN))
        if made is not None and send:
            steps(self, "send", lambda: stock.send_transfer(made, actor=ANN))
        return made or multiple()

    @rule(transfer=transfers, counts=st.none() | st.lists(some, min_size=2, max_size=2))
    def unload(self, transfer: Transfer, counts: list[int] | None) -> None:
        came = dict(zip(transfer.lines.order_by("pk").values_list("pk", flat=True), counts or [], strict=False)) or None
        take = lambda: stock.receive_transfer(transfer, came=came, reason="x", actor=ANN)  # noqa: E731
        steps(self, "unload", take)

    @rule(transfer=transfers)
    def turn_back(self, transfer: Transfer) -> None:
        steps(self, "turn back", lambda: stock.cancel_transfer(transfer, actor=ANN))

    @rule(target=counts, elsewhere=st.booleans())
    def open_count(self, elsewhere: bool) -> Any:
        place = self.hall if elsewhere else Warehouse.objects.get(is_default=True)
        return steps(self, "open count", lambda: stock.start_count(place, actor=ANN)) or multiple()

    @rule(count=counts, on=SHELF, units=st.integers(0, 8), adds=st.booleans())
    def find(self, count: StockCount, on: tuple[str, str], units: int, adds: bool) -> None:
        self.keys += 1
        variant, lot = Variant.objects.get(sku=on[0]), stock.LotIn(on[1], LOTS[on[1]]) if on[1] else None
        lines = count.lines.filter(variant=variant, lot__code=on[1] or None)
        how = {"adds": adds, "seen": lines.values_list("counted", flat=True).first(), "lot": lot, "actor": ANN}
        steps(self, "find", lambda: stock.count_units(count, variant, units, key=f"c{self.keys}", **how))

    @rule(count=counts)
    def approve(self, count: StockCount) -> None:
        steps(self, "approve count", lambda: stock.approve_count(count, actor=ANN))

    @invariant()
    def what_is_between_warehouses_is_in_transit(self) -> None:
        moved = StockMove.objects.filter(reason=StockMove.Reason.TRANSFER).aggregate(n=Sum("quantity"))["n"] or 0
        sent = TransferLine.objects.filter(transfer__state=Transfer.State.SENT).aggregate(n=Sum("quantity"))["n"] or 0
        assert moved == -sent

    @invariant()
    def the_ledger_is_the_stock(self) -> None:
        assert [*broken_levels(), *broken_lots(), *wrongly_held()] == []
        moved = StockMove.objects.aggregate(n=Sum("quantity"))["n"] or 0
        assert moved == (StockLevel.objects.aggregate(n=Sum("on_hand"))["n"] or 0)

    @invariant()
    def no_expired_lot_is_sold(self) -> None:
        assert not LineLot.objects.filter(lot__expires_on__lt=shop_day()).exists(), "nobody buys expired units"
        assert not LineLot.objects.filter(units__gt=F("line__shipped_quantity") + F("returned")).exists()

    @invariant()
    def promises_are_kept(self) -> None:
        assert not StockLevel.objects.filter(Q(reserved__gt=F("on_hand")) | Q(reserved__lt=0)).exists()
        lines = OrderLine.objects.filter(variant__isnull=False, reserved_quantity__gt=0).order_by()
        held = lines.values_list("warehouse", "variant").annotate(n=Sum("reserved_quantity"))
        wanted = Counter({(place, variant): units for place, variant, units in held})
        for row in Reservation.objects.select_related("level"):
            wanted[row.level.warehouse_id, row.level.variant_id] += row.units
        levels = StockLevel.objects.filter(reserved__gt=0).values_list("warehouse", "variant", "reserved")
        assert dict(wanted) == {(place, variant): units for place, variant, units in levels}

    @invariant()
    def no_line_holds_more_than_it_still_sends(self) -> None:
        gone = F("shipped_quantity") + F("cancelled_quantity")
        assert not OrderLine.objects.filter(quantity__lt=gone).exists()
        assert not OrderLine.objects.filter(reserved_quantity__gt=F("quantity") - gone).exists()
        ended = [Order.State.CANCELLED, Order.State.SHIPPED, Order.State.DELIVERED, Order.State.COMPLETED]
        assert not OrderLine.objects.filter(order__state__in=ended, reserved_quantity__gt=0).exists()

    @invariant()
    def money_adds_up(self) -> None:
        for order in Order.objects.prefetch_related("lines", "payments"):
            lines = sum((line.total for line in order.lines.all()), D(0))
            on_order = order.discount - sum((line.discount for line in order.lines.all()), D(0))
            assert order.total == lines - on_order + order.shipping_fee + order.tax
            good = [one for one in order.payments.all() if one.state == Payment.State.SUCCEEDED]
            paid = sum((one.amount for one in good if one.kind == Payment.Kind.CHARGE), D(0))
            back = sum((one.amount for one in good if one.kind == Payment.Kind.REFUND), D(0))
            assert (order.paid_total, order.refunded_total) == (paid, back)
            assert back <= paid


@pytest.fixture
def _machine(scope: Any) -> None:
    WorkingDay.done = {}


def play(examples: int, length: int) -> dict[str, int]:
    checks = [HealthCheck.too_slow, HealthCheck.data_too_large, HealthCheck.filter_too_much]
    quiet = settings(
        max_examples=examples, stateful_step_count=length, deadline=None, database=None, derandomize=True,
        suppress_health_check=checks,
    )  # fmt: skip
    run(WorkingDay, settings=quiet)
    return WorkingDay.done


def checked(day: WorkingDay, did: Any) -> Any:
    """What a step gave, once the books were looked at after it."""
    for books in (day.what_is_between_warehouses_is_in_transit, day.the_ledger_is_the_stock, day.promises_are_kept):
        books()
    day.no_line_holds_more_than_it_still_sends()
    day.money_adds_up()
    return did


def a_day_with_everything() -> None:
    """The steps that take others before them, in an order in which none is refused; chance seldom finds it."""
    day = WorkingDay()
    day.open_the_shop()
    order = checked(day, day.place(2, 0, 0, paid=False, fee="12.00", off="0", tax="0"))
    for act in (day.pay, lambda one: day.hold(one, release=False), lambda one: day.hold(one, release=True), day.pack):
        checked(day, act(order))
    checked(day, day.arrive(checked(day, day.ship(order, None, elsewhere=False))))
    case = checked(day, day.ask_to_return(order, [1, 0, 0]))
    checked(day, day.inspect(case, 1))
    checked(day, day.settle(case, D("19.99")))
    moved = checked(day, day.move(1, 1, back=False, send=True))
    checked(day, day.unload(moved, [1, 0]))
    checked(day, day.serve(1, default=False))
    day.count("CUP", 0, elsewhere=False)
    day.count("CUP", 3, elsewhere=True)
    served = checked(day, day.place(3, 0, 0, paid=True, fee="0", off="0", tax="0"))
    assert served.lines.get().warehouse_id == day.hall.pk
    assert checked(day, day.ship(served, None, elsewhere=False)).warehouse_id == day.hall.pk
    checked(day, day.refund_units(served, [1, 0, 0], restock=False))
    checked(day, day.cancel(checked(day, day.place(2, 0, 0, paid=True, fee="0", off="0", tax="0")), [1, 0, 0]))
    checked(day, day.refund_money(served, D("0.01")))
    checked(day, day.receive(day.buy(2), 2, 0, "FAR", again=False))
    shelves = checked(day, day.open_count(elsewhere=True))
    day.find(shelves, ("CUP", ""), 3, adds=False)
    checked(day, day.approve(shelves))
    day.teardown()


@pytest.mark.usefixtures("_machine")
def test_the_books_add_up_through_a_day_with_everything():
    a_day_with_everything()
    once = "pay, hold, release, pack, arrive, return, approve, inspect, settle, transfer, send, unload, serve, buy"
    once += ", receive, open count, find, approve count, cancel, refund, refund units"
    assert WorkingDay.done == dict.fromkeys(once.split(", "), 1) | {"place": 3, "ship": 2, "count": 2}


@pytest.mark.usefixtures("_machine")
def test_the_books_add_up_after_every_step():
    done = play(12, 30)
    assert {"place", "ship", "count", "open count", "transfer", "serve"} <= done.keys()


@pytest.mark.slow
@pytest.mark.usefixtures("_machine")
def test_the_books_add_up_through_many_days():
    a_day_with_everything()
    done = play(40, 40)
    wanted = {
        "place", "pay", "cancel", "hold", "release", "pack", "ship", "arrive", "refund", "refund units", "return",
        "approve", "inspect", "settle", "buy", "receive", "count", "rules", "serve", "expire", "transfer", "send",
        "unload", "turn back", "open count", "find", "approve count",
    }  # fmt: skip
    assert wanted <= done.keys(), f"never done: {wanted - done.keys()}"
