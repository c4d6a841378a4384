"""What came of a purchase order: looked through, written down once, and put into stock."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping
from dataclasses import asdict
from datetime import date
from typing import Any

from django.db import IntegrityError, transaction
from django.db.models import F
from django.utils import timezone
from django.utils.translation import gettext as _

from accounts.activity.log import record
from core.actors import Actor
from core.errors import Refused
from ecommerce.inventory.actions import LotIn, receive
from ecommerce.purchasing import rules
from ecommerce.purchasing.actions.orders import check, facts, locked, write
from ecommerce.purchasing.events import GoodsReceived
from ecommerce.purchasing.models import PurchaseLine, PurchaseOrder, Receipt, ReceiptLine
from ecommerce.purchasing.rules import Came


def receive_goods(
    order: PurchaseOrder,
    came: Mapping[int, Came],
    *,
    key: str,
    received_on: date | None = None,
    note: str = "",
    over_reason: str = "",
    actor: Actor,
) -> Receipt:
    """Write down a delivery: units by line. Accepted ones enter the stock, with one move of the ledger each line.

    `key` is the caller's name for the delivery: sent again it answers with the receipt of the first time, and moves
    nothing. Another delivery under a known key is refused ("key_used", 409). More than is still to come is refused
    ("over_delivery") unless `over_reason` says why it is kept. Of a product that keeps lots the units are of the lot
    that was given; without one they are refused ("lot_missing"), and with another expiry date than the lot has
    ("lot_differs"). The order is closed when all of it was accepted.
    """
    said = [order.pk, sorted((pk, _said(one)) for pk, one in came.items()), str(received_on), note, over_reason]
    digest = hashlib.sha256(json.dumps(said).encode()).hexdigest()
    if (known := _known(key, digest)) is not None:
        return known
    try:
        with transaction.atomic():
            return _receive(
                order,
                came,
                Receipt(key=key, digest=digest, note=note.strip()[:500]),
                received_on,
                over_reason.strip()[:200],
                actor,
            )
    except IntegrityError:  # the same key at the same moment: what the other one wrote counts
        known = _known(key, digest)
        if known is None:
            raise
        return known
    except Refused:  # the twin may have been quicker, and so changed the order under our eyes
        known = _known(key, digest)
        if known is None:
            raise
        return known


def _said(one: Came) -> dict[str, object]:
    """What was said of a line. No date is left out, so that deliveries of before there were any keep their digest."""
    said = asdict(one)
    day = said.pop("expires_on")
    return said | ({"expires_on": day.isoformat()} if day else {})


def _known(key: str, digest: str) -> Receipt | None:
    receipt = Receipt.objects.filter(key=key).first()
    if receipt is not None and receipt.digest != digest:
        message = _("Another delivery was written down under this key.")
        raise Refused("key_used", message, status=409, key=message)
    return receipt


def _receive(
    order: PurchaseOrder,
    came: Mapping[int, Came],
    receipt: Receipt,
    received_on: date | None,
    over_reason: str,
    actor: Actor,
) -> Receipt:
    order = locked(order)
    check(order, "receive")
    lines = {line.pk: line for line in order.lines.select_related("variant__product").order_by("variant_id", "pk")}
    is_over = _check(lines, came, over_reason)
    day = _day(order, received_on)
    _check_lots(lines, came)
    for pk, one in came.items():
        lines[pk].accepted += one.accepted
        lines[pk].damaged += one.damaged
    is_whole = all(line.outstanding == 0 for line in lines.values())
    accepted, damaged = (sum(getattr(one, name) for one in came.values()) for name in ("accepted", "damaged"))
    before = order.state
    write(
        order,
        state=rules.CLOSED if is_whole else rules.PARTLY,
        received=order.received + accepted,
        ended_at=timezone.now() if is_whole else None,
    )
    receipt.order, receipt.received_on = order, day
    receipt.accepted, receipt.damaged = accepted, damaged
    receipt.over_reason = over_reason if is_over else ""
    receipt.actor_label = actor.label[:150]
    receipt.save()
    for pk, line in lines.items():  # in the order of the variants, as everybody who changes stock of several
        if pk in came:
            _put_away(receipt, line, came[pk], actor)
    event = GoodsReceived(**facts(order), receipt_id=receipt.pk, accepted=accepted, damaged=damaged, state=order.state)
    record(event, actor=actor, subject=order, changes={"state": (before, order.state)})
    return receipt


def _put_away(receipt: Receipt, line: PurchaseLine, one: Came, actor: Actor) -> None:
    ReceiptLine.objects.create(
        receipt=receipt,
        line=line,
        accepted=one.accepted,
        damaged=one.damaged,
        lot=one.lot[:120],
        expires_on=one.expires_on,
    )
    PurchaseLine.objects.filter(pk=line.pk).update(
        accepted=F("accepted") + one.accepted, damaged=F("damaged") + one.damaged
    )
    if not one.accepted:
        return
    order, lot = receipt.order, None
    if line.variant.product.keeps_lots:
        lot = LotIn(one.lot, one.expires_on, order.supplier.name)
    try:
        receive(
            line.variant,
            order.warehouse,
            one.accepted,
            lot=lot,
            received_on=receipt.received_on,
            reference=order.number,
            note=one.lot,
            actor=actor,
        )
    except Refused as refusal:
        raise _at_line(refusal, line) from refusal


def _at_line(refusal: Refused, line: PurchaseLine) -> Refused:
    """The refusal of a lot at the fields of its line."""
    fields = {f"{name}_{line.pk}": text for name, text in refusal.fields.items() if name in ("lot", "expires_on")}
    if not fields:
        return refusal
    return Refused(refusal.code, refusal.message, status=refusal.status, **fields)


def _check_lots(lines: Mapping[int, PurchaseLine], came: Mapping[int, Came]) -> None:
    """Refuses good units of a product that keeps lots without one, all such lines at once."""
    bare = [lines[pk] for pk, one in came.items() if one.accepted and not one.lot.strip()]
    bare = [line for line in bare if line.variant.product.keeps_lots]
    if bare:
        message = _("%(sku)s is kept in lots. Enter the lot that stands on the box.")
        words: dict[str, Any] = {f"lot_{line.pk}": message % {"sku": line.sku} for line in bare}
        raise Refused("lot_missing", message % {"sku": bare[0].sku}, **words)


def _check(lines: Mapping[int, PurchaseLine], came: Mapping[int, Came], over_reason: str) -> bool:
    """Whether more came than was to come. Refuses lines of other orders, nothing at all, and more without a reason."""
    if not came.keys() <= lines.keys():
        message = _("There is no such line in this order.")
        raise Refused("bad_lines", message, lines=message)
    figures = [units for one in came.values() for units in (one.accepted, one.damaged)]
    if not sum(figures) or not all(0 <= units <= rules.MOST_UNITS for units in figures):
        message = _("Enter what came: whole numbers from 0 to 1,000,000, and not only zeros.")
        raise Refused("bad_quantity", message, lines=message)
    over = [lines[pk] for pk, one in came.items() if one.units > lines[pk].outstanding]
    if over and not over_reason:
        words = {"sku": over[0].sku, "units": over[0].outstanding}
        message = _("Still to come of %(sku)s: %(units)d. To keep more, write why.") % words
        raise Refused("over_delivery", message, over_reason=message)
    return bool(over)


def _day(order: PurchaseOrder, received_on: date | None) -> date:
    """The day of a receipt: between the day on which the order was sent and today, which it is if none is given."""
    today = order.merchant.today()
    day = received_on or today
    if day > today or (order.sent_on is not None and day < order.sent_on):
        message = _("Choose a day between the one on which the order was sent and today.")
        raise Refused("bad_day", message, received_on=message)
    return day
