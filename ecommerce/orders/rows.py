"""What the list of orders shows of an order, worked out once for a page so that its template only puts it in place."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime
from functools import cache
from typing import Any, TypedDict

from django.utils.html import format_html, format_html_join
from django.utils.safestring import SafeString
from django.utils.translation import gettext as _

from core.addresses import addresses
from core.badges import Badge
from core.tags import tags_of
from core.templatetags.sc import due, icon, money, number, st, when
from ecommerce.orders.models import Channel, Order

COLUMNS = (
    "pk", "number", "placed_at", "deadline", "ship_by", "buyer_name", "ship_city", "channel", "units", "total",
    "currency", "payment_state", "state", "is_risky", "is_noted", "buyer_note", "tag_names",
)  # fmt: skip
NOTHING = SafeString("")


class Row(TypedDict):
    """An order as the list shows it: texts, and badges and times as HTML, in the language and time zone of the page."""

    pk: int
    number: str
    url: str
    risk: SafeString
    note: SafeString
    placed: SafeString
    buyer: str
    city: str
    channel: str
    items: str
    total: str
    payment: SafeString
    state: SafeString
    due: SafeString | str
    tags: SafeString


def rows_of(found: Iterable[Any], slug: str, now: datetime) -> list[Row]:
    """The rows of a page; `found` has COLUMNS."""
    url = addresses("order-detail", slug)
    channels = cache(lambda channel: str(Channel(channel).label))
    payments = cache(lambda state: _badge(Order.PAYMENT_BADGES[state]))
    states = cache(lambda state: _badge(Order.BADGES[state]))
    risky, noted = _risk(), _note()
    return [
        Row(
            pk=order.pk,
            number=order.number,
            url=url(order.number),
            risk=risky if order.is_risky else NOTHING,
            note=noted if order.is_noted or order.buyer_note else NOTHING,
            placed=when(order.placed_at),
            buyer=order.buyer_name or "–",
            city=order.ship_city or "–",
            channel=channels(order.channel),
            items=number(order.units),
            total=money(order.total, order.currency),
            payment=payments(order.payment_state),
            state=states(order.state),
            due=due(order.ship_by, now) if order.state in Order.TO_SHIP else "",
            tags=_tags(order.tag_names) if order.tag_names else NOTHING,
        )
        for order in found
    ]


def _tags(joined: str) -> SafeString:
    return format_html_join(" ", "{}", ((st("neutral", name),) for name in tags_of(joined)))


def _badge(badge: Badge) -> SafeString:
    return st(badge.tone, badge.label, badge.pip, badge.icon)


def _risk() -> SafeString:
    return format_html(
        ' <span class="sc-warn">{}<span class="sc-vh">{}</span></span>',
        icon("alert-triangle", "xs"),
        _("risk to look at"),
    )


def _note() -> SafeString:
    return format_html(
        ' <span class="sc-3">{}<span class="sc-vh">{}</span></span>', icon("note", "xs"), _("has a note")
    )
