"""What lies on the desks of the main shop: returns, transfers, counts, purchases and orders in every state they have.

All of it by the actions that people take, each at its time, so that logs, clocks and stock agree.
"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime, timedelta
from decimal import Decimal
from io import BytesIO

from accounts.batches.actions import RowIn, start_batch, work
from accounts.merchants.models import Merchant
from accounts.people.models import User
from accounts.saved.actions import save_view
from config.demo.clock import as_of
from config.demo.people import BUYER
from core.actors import SYSTEM, Actor
from ecommerce.fulfilment.actions import add_tracking_event, handle_case, link_parcels, save_carrier, watch_parcels
from ecommerce.fulfilment.models import Carrier, ParcelCase, Shipment
from ecommerce.inventory.actions import (
    approve_count,
    count_units,
    draft_transfer,
    receive_transfer,
    save_warehouse,
    send_transfer,
    set_buffer,
    start_count,
)
from ecommerce.inventory.models import StockLevel, Warehouse
from ecommerce.orders import kinds
from ecommerce.orders.actions import add_note, hold_order
from ecommerce.orders.listing import ORDER_LIST
from ecommerce.orders.models import Order
from ecommerce.purchasing.actions import cancel_order, draft_order, receive_goods, send_order
from ecommerce.purchasing.models import PurchaseOrder, Supplier, SupplierPrice
from ecommerce.purchasing.rules import Came
from ecommerce.purchasing.rules import LineIn as PurchaseLineIn
from ecommerce.returns.actions import (
    LineIn,
    approve_return,
    cancel_return,
    read_photos,
    receive_return,
    refuse_return,
    request_return,
    run_clocks,
    settle_return,
)
from ecommerce.returns.models import Return
from ecommerce.returns.rules import Inspection

HOUR, DAY = timedelta(hours=1), timedelta(days=1)
Reason = Return.Reason


def lay(merchant: Merchant, owner: User, now: datetime) -> None:
    """Put everything there."""
    who = owner.actor
    _returns(who, now)
    _parcels(who, now)
    _purchases(who, now)
    _stock(merchant, who, now)
    _orders(owner, now)


def _photo(colour: str) -> bytes:
    """A cup with a chip in its rim, as far as circles can show one."""
    from PIL import Image, ImageDraw

    picture = Image.new("RGB", (800, 600), "#cfd8d3")
    draw = ImageDraw.Draw(picture)
    draw.ellipse((200, 100, 600, 500), fill=colour, outline="#5f7468", width=10)
    draw.ellipse((260, 160, 540, 440), fill="#dfe8e2", outline="#5f7468", width=4)
    draw.polygon([(540, 130), (610, 210), (560, 235), (520, 175)], fill="#cfd8d3")
    out = BytesIO()
    picture.save(out, "JPEG", quality=85)
    return out.getvalue()


def _came_home(now: datetime) -> Iterator[Order]:
    """Orders that arrived in the last three weeks and that nobody has complained of, the oldest first."""
    found = Order.objects.filter(
        state__in=["delivered", "completed"], refunded_total=0, complaints=None, delivered_at__gt=now - 21 * DAY,
        delivered_at__lt=now - 8 * DAY,
    )  # fmt: skip
    yield from found.order_by("delivered_at", "pk").prefetch_related("lines")[:20]


def _returns(who: Actor, now: datetime) -> None:
    orders = _came_home(now)

    def asked(ago: timedelta, reason: str, details: str = "", photo: str = "") -> Return:
        order = next(orders)
        line = order.lines.all()[0]
        photos = read_photos([("cup.jpg", _photo(photo))]) if photo else []
        with as_of(now - ago):
            return request_return(order, lines=[LineIn(line.pk, 1, reason, details)], photos=photos, actor=BUYER)

    def agreed(ago: timedelta, reason: str, details: str = "", photo: str = "") -> Return:
        case = asked(ago, reason, details, photo)
        with as_of(now - ago + 5 * HOUR):
            return approve_return(case, actor=who)

    def back(ago: timedelta, reason: str, **found: int) -> Return:
        case = agreed(ago, reason)
        with as_of(now - ago + 2 * DAY):
            return receive_return(case, inspected={case.lines.get().pk: Inspection(**found)}, actor=who)

    def settled(ago: timedelta, case: Return, outcome: str, share: str = "1", reason: str = "") -> None:
        amount = None
        if outcome == "refund":
            amount = (case.lines.get().order_line.unit_price * Decimal(share)).quantize(Decimal("0.01"))
            amount = min(amount, case.order.refundable)
        with as_of(now - ago):
            settle_return(case, outcome=outcome, amount=amount, reason=reason, actor=who)

    settled(4 * DAY, back(7 * DAY, Reason.CHANGED_MIND, restock=1), "refund")
    settled(3 * DAY, back(6 * DAY, Reason.NOT_AS_DESCRIBED, repair=1), "refund", "0.3", "The glaze differs a little.")
    settled(2 * DAY, back(5 * DAY, Reason.WRONG_ITEM, restock=1), "exchange")
    settled(2 * DAY, back(5 * DAY, Reason.OTHER, write_off=1), "none", reason="It was used for months before.")
    settled(1 * DAY, back(4 * DAY, Reason.FAULTY, repair=1), "repair")
    refused = asked(6 * DAY, Reason.CHANGED_MIND, "We have too many cups now.")
    with as_of(now - 6 * DAY + 3 * HOUR):
        refuse_return(refused, reason="The engraving was made for you, so we cannot take it back.", actor=who)
    called_off = asked(5 * DAY, Reason.LATE)
    with as_of(now - 5 * DAY + HOUR):
        cancel_return(called_off, actor=who)
    asked(4 * DAY, Reason.FAULTY, "The lid does not close.")
    back(3 * DAY, Reason.DAMAGED, write_off=1)
    agreed(2 * DAY, Reason.SIZE, "It is smaller than I thought.")
    asked(21 * HOUR, Reason.DAMAGED, "One cup has a chip in its rim.", "#9fbfae")
    asked(3 * HOUR, Reason.WRONG_ITEM, "I ordered the large one.")
    run_clocks()


def _parcels(who: Actor, now: datetime) -> None:
    """Carriers with their promises, and parcels that need somebody."""
    link_parcels(actor=SYSTEM)
    promises = {"SF Express": ("18.00", 3), "YTO Express": ("8.50", 4), "ZTO Express": ("8.00", 4)}
    for carrier in Carrier.objects.filter(name__in=promises).order_by("pk"):
        cost, days = promises[carrier.name]
        save_carrier(
            carrier, name=carrier.name, code=carrier.code, aliases=carrier.aliases, parcel_cost=Decimal(cost),
            services=[("Standard", "", days), ("Standard", "Guangdong", days - 1)], actor=who,
        )  # fmt: skip
    under_way = Shipment.objects.exclude(state__in=Shipment.ARRIVED).filter(shipped_at__lt=now - 2 * DAY)
    reports = [("address_problem", "The house number is missing"), ("failed_attempt", "Nobody was there"),
               ("returned", "Refused at the door")]  # fmt: skip
    for parcel, (kind, text) in zip(under_way.order_by("-shipped_at", "pk")[:3], reports, strict=False):
        place = parcel.order.ship_city
        add_tracking_event(parcel, kind=kind, at=now - HOUR, description=text, location=place, actor=who)
    watch_parcels(now)
    case = ParcelCase.objects.filter(reason="address_problem").first()
    if case is not None:
        handle_case(case, step="contact_buyer", note="The buyer was asked by phone and calls back.", actor=who)


def _purchases(who: Actor, now: datetime) -> None:
    """A draft, an order of which a part came and was broken, and one that was called off; others are there already."""
    place = Warehouse.objects.get(is_default=True)

    def drafted(code: str, units: int, ago: timedelta) -> PurchaseOrder:
        supplier = Supplier.objects.get(code=code)
        prices = SupplierPrice.objects.filter(supplier=supplier).order_by("variant_id").select_related("variant")
        lines = {price.variant.sku: PurchaseLineIn(price.variant.sku, units) for price in prices}
        with as_of(now - ago):
            return draft_order(supplier, place, list(lines.values())[:2], actor=who)

    lost = drafted("HS", 10, 30 * DAY)
    with as_of(now - 29 * DAY):
        lost = send_order(lost, actor=who)
        cancel_order(lost, reason="Their kiln is being repaired.", actor=who)
    part = drafted("ER", 36, 16 * DAY)
    with as_of(now - 16 * DAY):
        part = send_order(part, actor=who)
    came = {line.pk: Came(24, 0) if place else Came(10, 2) for place, line in enumerate(part.lines.all())}
    with as_of(now - 2 * DAY):
        receive_goods(part, came, key="demo-part", note="Two pieces were broken in the box.", actor=who)
    drafted("HS", 20, 3 * HOUR)


def _stock(merchant: Merchant, who: Actor, now: datetime) -> None:
    """A second warehouse with transfers in every state, a count that was approved and one that is open."""
    main = Warehouse.objects.get(is_default=True)
    with as_of(now - 12 * DAY):
        depot = save_warehouse(Warehouse(name="Airport depot", code="AIR", city=merchant.city), actor=who)
    ample = StockLevel.objects.filter(warehouse=main, on_hand__gt=12, reserved__lt=4, in_lots=0).order_by(
        "-on_hand", "pk"
    )
    first, second = [level.variant for level in ample.select_related("variant")[:2]]
    with as_of(now - 10 * DAY):
        there = send_transfer(draft_transfer(main, depot, {first.sku: 6}, actor=who), actor=who)
    with as_of(now - 9 * DAY):
        came = {there.lines.get().pk: 5}
        receive_transfer(there, came=came, reason="One broke on the way.", actor=who)
    with as_of(now - DAY):
        send_transfer(draft_transfer(main, depot, {second.sku: 4}, note="For the weekend fair", actor=who), actor=who)
    draft_transfer(depot, main, {first.sku: 2}, actor=who)

    with as_of(now - 8 * DAY):
        done = start_count(depot, actor=who)
        count_units(done, first, 4, key="demo-depot", actor=who)
        approve_count(done, actor=who)
    with as_of(now - 5 * HOUR):
        count = start_count(main, actor=who)
        lines = count.lines.select_related("variant").filter(lot=None).order_by("pk")
        for number, line in enumerate(lines[:5]):
            found = max(line.expected + (0, 0, -1, 0, 2)[number], 0)
            count_units(count, line.variant, found, key=f"demo-{number}", actor=who)
    set_buffer("douyin", units=2, actor=who)


def _orders(owner: User, now: datetime) -> None:
    """Tags put on many at once, notes, another hold and views of the list."""
    who = owner.actor
    orders = list(Order.objects.filter(state="paid").order_by("placed_at", "pk")[:6])
    rows = [RowIn(order.pk, order.number) for order in orders[:4]]
    batch, _new = start_batch(kinds.TAG.key, rows, key="demo-tags", actor=who, params={"tag": "gift"})
    work(batch.pk, go_on=lambda batch: True)
    add_note(orders[0], text="The buyer asks for a card: Happy birthday, Mum.", actor=who)
    with as_of(now - 2 * HOUR):
        hold_order(orders[-1], reason="Waiting for the buyer to confirm the colour", actor=who)
    for name, query, shared in (
        ("Tmall to ship", "tab=to_ship&channel=tmall", True),
        ("Gifts", "tab=all&tag=gift", True),
        ("To look at", "tab=all&risk=open", False),
    ):
        save_view(ORDER_LIST, name=name, query=query, columns=[], is_shared=shared, owner=owner, actor=who)
