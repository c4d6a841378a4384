"""One shop with its products, buyers and orders, written column by column."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np

from accounts.merchants.models import Merchant
from config.volume import names
from config.volume.columns import keys, moments, money, pick
from config.volume.draw import (
    CANCELLED,
    COMPLETED,
    DELIVERED,
    ON_HOLD,
    PACKED,
    PAID,
    PARTLY,
    SHIPPED,
    STATES,
    Lines,
    Orders,
    draw,
)
from config.volume.facts import write_facts
from config.volume.writing import next_key, write
from ecommerce.models import (
    Customer,
    Order,
    OrderCounter,
    OrderLine,
    Payment,
    Product,
    Shipment,
    ShipmentLine,
    StockLevel,
    StockMove,
    Variant,
    Warehouse,
)
from ecommerce.orders.models import Channel

FIRST_NUMBER = 10_001
PARCEL_DAYS = 180  # parcels of older orders are not kept apart
HOME = 0.7  # of the buyers live in China
CHANNELS = [channel.value for channel in Channel if channel not in (Channel.OLIST, Channel.OTHER)]


@dataclass(frozen=True)
class Size:
    """How much of everything a shop has."""

    orders: int
    products: int
    buyers: int


@dataclass(frozen=True)
class Goods:
    """The variants of a shop: their keys, what they cost in cents and which category each is in."""

    keys: np.ndarray
    prices: np.ndarray
    titles: list[str]
    skus: list[str]
    categories: np.ndarray
    warehouse: int


@dataclass(frozen=True)
class People:
    """The buyers of a shop, one entry each."""

    keys: np.ndarray
    names: list[str]
    emails: list[str]
    phones: list[str]
    places: list[tuple[str, str, str, str]]
    streets: list[str]


def fill_shop(
    merchant: Merchant, size: Size, categories: list[int], chance: np.random.Generator, until: np.datetime64
) -> None:
    """Write the whole shop, which is empty before."""
    goods = _goods(merchant, size, np.array(categories), chance, until)
    people = _people(size.buyers, chance)
    orders, lines = draw(chance, size.orders, size.buyers, goods.prices, len(CHANNELS), until)
    _customers(merchant, people, orders, until)
    first, first_line = next_key(Order), next_key(OrderLine)
    times = _times(orders, chance, until)
    _orders(merchant, orders, times, people, first)
    _lines(merchant, lines, goods, first, first_line)
    refund_times = _payments(merchant, orders, times, chance, first, until)
    _parcels(merchant, orders, lines, times, goods, chance, first, first_line, until)
    _stock(merchant, lines, goods, chance, until)
    write(OrderCounter, {"id": [next_key(OrderCounter)], "merchant_id": merchant.pk, "last": 10_000 + size.orders}, 1)
    write_facts(merchant, orders, lines, goods.keys, goods.categories, refund_times)


def _goods(
    merchant: Merchant, size: Size, categories: np.ndarray, chance: np.random.Generator, until: np.datetime64
) -> Goods:
    count = size.products
    first, first_variant = next_key(Product), next_key(Variant)
    kind = chance.integers(0, len(names.KINDS), count)
    tongue = 1 if merchant.language.startswith("zh") else 0
    titles = [f"{names.KINDS[place][tongue]} {number + 1}" for number, place in enumerate(kind.tolist())]
    made = moments(until - np.timedelta64(731, "D") - chance.integers(0, 30, count).astype("timedelta64[D]"))
    of_product = categories[kind % len(categories)]
    live = chance.random(count)
    write(
        Product,
        {
            "id": keys(first, count), "merchant_id": merchant.pk, "title": titles,
            "brand": pick(list(names.BRANDS), chance.integers(0, len(names.BRANDS), count)),
            "category_id": of_product.tolist(), "created_at": made, "updated_at": made,
            "state": ["live" if share < 0.85 else "ageing" if share < 0.95 else "retired" for share in live.tolist()],
        },
        count,
    )  # fmt: skip
    per = np.where(np.arange(count) % 3 == 0, 2, 1)
    of = np.repeat(np.arange(count), per)
    prices = chance.integers(19, 600, len(of)) * 100 - 10
    skus = [f"{merchant.slug[:3].upper()}-{number:05d}" for number in range(1, len(of) + 1)]
    write(
        Variant,
        {
            "id": keys(first_variant, len(of)), "merchant_id": merchant.pk, "product_id": (of + first).tolist(),
            "sku": skus, "price": money(prices), "cost": money(prices // 2), "created_at": pick(made, of),
            "updated_at": pick(made, of),
        },
        len(of),
    )  # fmt: skip
    warehouse = next_key(Warehouse)
    write(
        Warehouse,
        {"id": [warehouse], "merchant_id": merchant.pk, "name": "Main", "code": "main", "is_default": True},
        1,
    )
    return Goods(
        np.arange(first_variant, first_variant + len(of)), prices, pick(titles, of), skus, of_product[of], warehouse
    )


def _people(count: int, chance: np.random.Generator) -> People:
    at_home = (chance.random(count) < HOME).tolist()
    one, two, three = (chance.integers(0, 1 << 30, count).tolist() for _ in range(3))
    longer = (chance.random(count) < 0.6).tolist()
    first = next_key(Customer)
    called, emails, phones, places, streets = [], [], [], [], []
    for place in range(count):
        if at_home[place]:
            name = names.SURNAMES[one[place] % len(names.SURNAMES)] + names.GIVEN[two[place] % len(names.GIVEN)]
            if longer[place]:
                name += names.GIVEN[three[place] % len(names.GIVEN)]
            phones.append(f"1{3 + one[place] % 7}{two[place] % 10**9:09d}")
            places.append((*names.HOME_PLACES[three[place] % len(names.HOME_PLACES)], "CN"))
            emails.append(f"{phones[-1]}@mail.example")
            streets.append(f"{one[place] % 900 + 1}号{two[place] % 30 + 1}室")
        else:
            given, family = names.FIRST[one[place] % len(names.FIRST)], names.LAST[two[place] % len(names.LAST)]
            name = f"{given} {family}"
            phones.append(f"+44 7{three[place] % 1000:03d} {two[place] % 10**6:06d}")
            places.append(names.ABROAD[three[place] % len(names.ABROAD)])
            emails.append(f"{given}.{family}{first + place}@post.example".lower())
            streets.append(f"{one[place] % 200 + 1} {family} Road")
        called.append(name)
    return People(np.arange(first, first + count), called, emails, phones, places, streets)


def _customers(merchant: Merchant, people: People, orders: Orders, until: np.datetime64) -> None:
    count = len(people.keys)
    last = np.full(count, np.datetime64("NaT", "s"))
    last[orders.buyer] = orders.placed  # they are in order, so the last one stays
    began = np.full(count, until - np.timedelta64(731, "D"))
    began[orders.buyer[::-1]] = orders.placed[::-1]
    spend = np.bincount(orders.buyer, weights=orders.paid - orders.refunded, minlength=count).astype(np.int64)
    write(
        Customer,
        {
            "id": people.keys.tolist(), "merchant_id": merchant.pk, "name": people.names, "email": people.emails,
            "phone": people.phones, "language": ["zh-hans" if place[3] == "CN" else "en" for place in people.places],
            "city": [place[0] for place in people.places], "region": [place[1] for place in people.places],
            "country": [place[3] for place in people.places], "spend": money(spend),
            "order_count": np.bincount(orders.buyer, minlength=count).tolist(), "last_order_at": moments(last),
            "created_at": moments(began), "updated_at": moments(np.where(np.isnat(last), began, last)),
        },
        count,
    )  # fmt: skip


def _times(orders: Orders, chance: np.random.Generator, until: np.datetime64) -> dict[str, np.ndarray]:
    state = orders.state
    gone = np.isin(state, (PARTLY, SHIPPED, DELIVERED, COMPLETED))
    times = {
        "paid_at": orders.at(0.1, 0.4, chance, orders.paid > 0),
        "confirmed_at": orders.at(1, 2, chance, (orders.paid > 0) & (state != CANCELLED) & (state != PAID)),
        "packed_at": orders.at(4, 10, chance, gone | (state == PACKED)),
        "shipped_at": orders.at(16, 12, chance, gone),
        "delivered_at": orders.at(60, 48, chance, np.isin(state, (DELIVERED, COMPLETED))),
        "completed_at": orders.at(200, 24, chance, state == COMPLETED),
        "cancelled_at": orders.at(2, 20, chance, state == CANCELLED),
    }
    return {name: np.minimum(moment, until) for name, moment in times.items()}


def _orders(merchant: Merchant, orders: Orders, times: dict[str, np.ndarray], people: People, first: int) -> None:
    count, buyer = len(orders.placed), orders.buyer
    state = pick(list(STATES), orders.state)
    places = pick(people.places, buyer)  # type: ignore[arg-type]
    placed = moments(orders.placed)
    touched = orders.placed
    for moment in times.values():
        touched = np.fmax(touched, moment)
    payment = np.select([orders.paid == 0, orders.refunded == 0, orders.refunded < orders.paid], [0, 1, 2], 3)
    held = orders.state == ON_HOLD
    write(
        Order,
        {
            "id": keys(first, count), "merchant_id": merchant.pk,
            "number": [str(number) for number in range(FIRST_NUMBER, FIRST_NUMBER + count)],
            "channel": pick(CHANNELS, orders.channel),
            "external_id": [f"{merchant.pk:03d}{key:013d}" for key in range(first, first + count)],
            "state": state, "hold_reason": ["Address to be checked" if one else "" for one in held.tolist()],
            "state_before_hold": [
                "" if not one else "paid" if paid else "placed"
                for one, paid in zip(held.tolist(), (orders.paid > 0).tolist(), strict=True)
            ],
            "payment_state": pick(["unpaid", "paid", "partly_refunded", "refunded"], payment),
            "customer_id": people.keys[buyer].tolist(), "buyer_name": pick(people.names, buyer),
            "buyer_email": pick(people.emails, buyer), "buyer_phone": pick(people.phones, buyer),
            "ship_to": pick(people.streets, buyer), "ship_city": [place[0] for place in places],
            "ship_region": [place[1] for place in places], "ship_postcode": [place[2] for place in places],
            "ship_country": [place[3] for place in places], "currency": merchant.currency,
            "subtotal": money(orders.subtotal), "discount": money(orders.discount), "tax": "0.00",
            "shipping_fee": money(orders.fee), "total": money(orders.total), "paid_total": money(orders.paid),
            "refunded_total": money(orders.refunded), "units": orders.units.tolist(), "placed_at": placed,
            "ship_by": moments(times["paid_at"] + np.timedelta64(merchant.ship_within_hours, "h")),
            "promised_at": moments(times["paid_at"] + np.timedelta64(7, "D")),
            "cancel_reason": ["Changed their mind" if one == CANCELLED else "" for one in orders.state.tolist()],
            "created_at": placed, "updated_at": moments(touched),
            **{name: moments(moment) for name, moment in times.items()},
        },
        count,
    )  # fmt: skip


def _lines(merchant: Merchant, lines: Lines, goods: Goods, first: int, first_line: int) -> None:
    count = len(lines.order)
    write(
        OrderLine,
        {
            "id": keys(first_line, count), "merchant_id": merchant.pk, "order_id": (lines.order + first).tolist(),
            "position": lines.position.tolist(), "variant_id": goods.keys[lines.variant].tolist(),
            "sku": pick(goods.skus, lines.variant), "title": pick(goods.titles, lines.variant),
            "quantity": lines.quantity.tolist(), "unit_price": money(lines.price), "discount": "0.00",
            "total": money(lines.total), "shipped_quantity": lines.shipped.tolist(),
            "cancelled_quantity": lines.cancelled.tolist(), "reserved_quantity": lines.reserved.tolist(),
        },
        count,
    )  # fmt: skip


def _payments(
    merchant: Merchant, orders: Orders, times: dict[str, np.ndarray], chance: np.random.Generator, first: int,
    until: np.datetime64,
) -> np.ndarray:  # fmt: skip
    """Charges, then refunds. Returns when each refund was made, NaT for orders without one."""
    charged, refunded = np.flatnonzero(orders.paid > 0), np.flatnonzero(orders.refunded > 0)
    later = np.where(np.isnat(times["cancelled_at"]), times["delivered_at"], times["cancelled_at"])
    refunds = np.where(
        orders.refunded > 0, np.minimum(later + np.timedelta64(2, "h"), until), np.datetime64("NaT", "s")
    )
    count, at = len(charged) + len(refunded), np.concatenate([times["paid_at"][charged], refunds[refunded]])
    methods = ["alipay", "wechat", "card"]
    write(
        Payment,
        {
            "id": keys(next_key(Payment), count), "merchant_id": merchant.pk,
            "order_id": (np.concatenate([charged, refunded]) + first).tolist(),
            "kind": ["charge"] * len(charged) + ["refund"] * len(refunded), "state": "succeeded",
            "method": pick(methods, chance.integers(0, len(methods), count)),
            "amount": money(np.concatenate([orders.paid[charged], orders.refunded[refunded]])), "at": moments(at),
        },
        count,
    )  # fmt: skip
    return refunds


def _parcels(
    merchant: Merchant, orders: Orders, lines: Lines, times: dict[str, np.ndarray], goods: Goods,
    chance: np.random.Generator, first: int, first_line: int, until: np.datetime64,
) -> None:  # fmt: skip
    recent = orders.placed > until - np.timedelta64(PARCEL_DAYS, "D")
    sent = np.flatnonzero(recent & ~np.isnat(times["shipped_at"]))
    count, first_parcel = len(sent), next_key(Shipment)
    arrived = ~np.isnat(times["delivered_at"][sent])
    shipped = moments(times["shipped_at"][sent])
    write(
        Shipment,
        {
            "id": keys(first_parcel, count), "merchant_id": merchant.pk, "order_id": (sent + first).tolist(),
            "warehouse_id": goods.warehouse,
            "carrier": pick(list(names.CARRIERS), chance.integers(0, len(names.CARRIERS), count)),
            "tracking_number": [f"SF{key:012d}" for key in range(first_parcel, first_parcel + count)],
            "state": ["delivered" if one else "in_transit" for one in arrived.tolist()], "shipped_at": shipped,
            "promised_at": moments(times["shipped_at"][sent] + np.timedelta64(5, "D")),
            "delivered_at": moments(times["delivered_at"][sent]), "created_at": shipped, "updated_at": shipped,
        },
        count,
    )  # fmt: skip
    parcel = np.full(len(orders.placed), -1)
    parcel[sent] = np.arange(count)
    inside = np.flatnonzero((lines.shipped > 0) & (parcel[lines.order] >= 0))
    write(
        ShipmentLine,
        {
            "id": keys(next_key(ShipmentLine), len(inside)), "merchant_id": merchant.pk,
            "shipment_id": (parcel[lines.order[inside]] + first_parcel).tolist(),
            "order_line_id": (inside + first_line).tolist(), "quantity": lines.shipped[inside].tolist(),
        },
        len(inside),
    )  # fmt: skip


def _stock(merchant: Merchant, lines: Lines, goods: Goods, chance: np.random.Generator, until: np.datetime64) -> None:
    """What is there now, and a ledger of two moves a variant that comes to it: the opening, and all that was sold."""
    count = len(goods.keys)
    sold = np.bincount(lines.variant, weights=lines.shipped, minlength=count).astype(np.int64)
    held = np.bincount(lines.variant, weights=lines.reserved, minlength=count).astype(np.int64)
    there = held + chance.integers(0, 60, count)
    now = moments(np.array([until]))[0]
    same = {"merchant_id": merchant.pk, "warehouse_id": goods.warehouse}
    write(
        StockLevel,
        {"id": keys(next_key(StockLevel), count), "variant_id": goods.keys.tolist(), "on_hand": there.tolist(),
         "reserved": held.tolist(), "updated_at": now, **same},
        count,
    )  # fmt: skip
    opened, gone = np.flatnonzero(there + sold > 0), np.flatnonzero(sold > 0)
    moves, began = len(opened) + len(gone), moments(np.array([until - np.timedelta64(731, "D")]))
    write(
        StockMove,
        {
            "id": keys(next_key(StockMove), moves),
            "variant_id": goods.keys[np.concatenate([opened, gone])].tolist(),
            "quantity": np.concatenate([(there + sold)[opened], -sold[gone]]).tolist(),
            "reason": ["opening"] * len(opened) + ["sale"] * len(gone), "at": began * len(opened) + [now] * len(gone),
            **same,
        },
        moves,
    )  # fmt: skip


def tables() -> list[Any]:
    """What is written, so what is loaded quickly."""
    return [Product, Variant, Customer, Order, OrderLine, Payment, Shipment, ShipmentLine, StockLevel, StockMove]
