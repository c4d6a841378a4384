"""Units from one warehouse to another: written down, sent, received.

What is sent leaves the ledger of the source and enters that of the target on receipt; in between it is in transit. What
is lost on the way is written off where it should have arrived, so that transfers as such always add up to zero. Lots go
along: what left as units of a lot arrives as such.
"""

from __future__ import annotations

from collections.abc import Mapping

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from accounts.activity.log import record
from core.actors import Actor
from core.errors import Refused
from ecommerce.catalog.models import Variant
from ecommerce.inventory.actions.levels import ByVariant, change_level, place_for
from ecommerce.inventory.actions.numbers import next_number, write, wrong_state
from ecommerce.inventory.events import TransferCancelled, TransferDrafted, TransferReceived, TransferSent
from ecommerce.inventory.models import LotMove, StockLevel, StockMove, Transfer, TransferLine, Warehouse
from ecommerce.inventory.rules import MOST, MOST_LINES, positive_units

Reason = StockMove.Reason


def _locked(transfer: Transfer, step: str) -> Transfer:
    """The transfer as it is now, if its state allows the step."""
    rows = Transfer.objects.select_for_update(of=("self",)).select_related("merchant", "source", "target")
    now = rows.get(pk=transfer.pk)
    if not now.can(step):
        raise wrong_state(now)
    return now


def _lines(wanted: Mapping[str, int]) -> list[tuple[Variant, int]]:
    """Variants by SKU with their units. Refuses none, too many, unknown SKUs and units that cannot be."""
    if not wanted:
        message = _("Say what is to be moved.")
        raise Refused("no_lines", message, lines=message)
    if len(wanted) > MOST_LINES:
        raise Refused("too_many", _("At most %(most)s lines.") % {"most": MOST_LINES})
    known = {variant.sku: variant for variant in Variant.objects.filter(sku__in=list(wanted))}
    for sku, units in wanted.items():
        if sku not in known:
            message = _("There is no variant with the SKU %(sku)s.") % {"sku": sku}
            raise Refused("sku_unknown", message, lines=message)
        positive_units(units)
    return [(known[sku], units) for sku, units in wanted.items()]


def _check_places(source: Warehouse, target: Warehouse) -> None:
    if source.pk == target.pk:
        message = _("Choose two different warehouses.")
        raise Refused("same_warehouse", message, target=message)


def _write_lines(transfer: Transfer, lines: list[tuple[Variant, int]]) -> None:
    TransferLine.objects.bulk_create(
        [TransferLine(transfer=transfer, variant=variant, quantity=units) for variant, units in lines]
    )


@transaction.atomic
def draft_transfer(
    source: Warehouse, target: Warehouse, wanted: Mapping[str, int], *, note: str = "", actor: Actor
) -> Transfer:
    """Write down what is to be moved, as SKU -> units. Nothing leaves or is promised yet."""
    _check_places(source, target)
    lines = _lines(wanted)
    transfer = Transfer.objects.create(
        number=next_number("TR"), source=source, target=target, units=sum(wanted.values()), note=note.strip()[:200]
    )
    _write_lines(transfer, lines)
    record(
        TransferDrafted(transfer_id=transfer.pk, number=transfer.number, units=transfer.units),
        actor=actor,
        subject=transfer,
    )
    return transfer


@transaction.atomic
def change_transfer(
    transfer: Transfer, source: Warehouse, target: Warehouse, wanted: Mapping[str, int], *, note: str, actor: Actor
) -> Transfer:
    """Change a draft; the lines take the place of all former ones."""
    transfer = _locked(transfer, "change")
    _check_places(source, target)
    lines = _lines(wanted)
    write(transfer, source=source, target=target, units=sum(wanted.values()), note=note.strip()[:200])
    transfer.lines.all().delete()
    _write_lines(transfer, lines)
    record(
        TransferDrafted(transfer_id=transfer.pk, number=transfer.number, units=transfer.units),
        actor=actor,
        subject=transfer,
    )
    return transfer


@transaction.atomic
def send_transfer(transfer: Transfer, *, actor: Actor) -> Transfer:
    """The units leave the source. Refuses with "not_enough_stock" what is not there or promised to orders."""
    transfer = _locked(transfer, "send")
    write(transfer, state=Transfer.State.SENT, sent_at=timezone.now())
    for line in transfer.lines.select_related("variant").order_by("variant_id"):
        level = StockLevel.objects.filter(variant=line.variant, warehouse=transfer.source).first()
        if level is not None and change_level(
            level, -line.quantity, reason=Reason.TRANSFER, reference=transfer.number, note=str(transfer.target),
            actor=actor,
        ):  # fmt: skip
            continue
        words = {
            "wanted": line.quantity,
            "sku": line.variant.sku,
            "warehouse": transfer.source,
            "free": level.available if level else 0,
        }
        message = _("%(wanted)d of %(sku)s cannot leave %(warehouse)s: %(free)d are free.") % words
        raise Refused("not_enough_stock", message)
    record(
        TransferSent(transfer_id=transfer.pk, number=transfer.number, units=transfer.units),
        actor=actor,
        subject=transfer,
        changes={"state": (Transfer.State.DRAFT, transfer.state)},
    )
    return transfer


@transaction.atomic
def receive_transfer(
    transfer: Transfer, *, came: Mapping[int, int] | None = None, reason: str = "", actor: Actor
) -> Transfer:
    """The units arrived: line id -> units, lines not named in full. Ends the transfer.

    Another number than was sent takes a `reason`. What is missing is written off as lost, what is more is found.
    """
    transfer = _locked(transfer, "receive")
    lines = list(transfer.lines.select_related("variant").order_by("variant_id"))
    arrived = {line.pk: line.quantity for line in lines} | dict(came or {})
    if len(arrived) > len(lines):
        raise Refused("line_unknown", _("%(number)s has no such line.") % {"number": transfer.number})
    for units in arrived.values():
        if not 0 <= units <= MOST:
            message = _("Enter a count between 0 and %(most)s.") % {"most": f"{MOST:,}"}
            raise Refused("bad_quantity", message)
    differs = any(arrived[line.pk] != line.quantity for line in lines)
    if differs and not reason.strip():
        message = _("Say why it is not what was sent.")
        raise Refused("reason_missing", message, reason=message)
    write(
        transfer, state=Transfer.State.RECEIVED, ended_at=timezone.now(), reason=reason.strip()[:200] if differs else ""
    )
    lots = _lots_of(transfer)
    for line in lines:
        _arrive(transfer, line, arrived[line.pk], lots.get(line.variant_id), actor=actor)
    record(
        TransferReceived(
            transfer_id=transfer.pk, number=transfer.number, units=transfer.units, received=sum(arrived.values())
        ),
        actor=actor,
        subject=transfer,
        changes={"state": (Transfer.State.SENT, transfer.state)},
    )
    return transfer


def _lots_of(transfer: Transfer) -> ByVariant:
    """What left as units of a lot."""
    left = LotMove.objects.filter(
        move__reference=transfer.number,
        move__reason=Reason.TRANSFER,
        warehouse=transfer.source,
        at__gte=transfer.sent_at,
        lot__variant__transfer_lines__transfer=transfer,
        quantity__lt=0,
    )
    found: dict[int, dict[int, int]] = {}
    for variant, lot, units in left.order_by("lot_id").values_list("lot__variant_id", "lot_id", "quantity"):
        found.setdefault(variant, {})[lot] = -units
    return found


def _arrive(
    transfer: Transfer, line: TransferLine, units: int, lots: Mapping[int, int] | None, *, actor: Actor
) -> None:
    level = place_for(line.variant, transfer.target)
    _bring(level, transfer, line.quantity, Reason.TRANSFER, str(transfer.source), actor, lots)
    differs = units - line.quantity
    if differs:
        why = Reason.DAMAGE if differs < 0 else Reason.ADJUSTMENT
        _bring(level, transfer, differs, why, transfer.reason, actor, _of_these(lots, -differs))
    TransferLine.objects.filter(pk=line.pk).update(received=units)


def _of_these(lots: Mapping[int, int] | None, lost: int) -> Mapping[int, int] | None:
    """Which lots that came with a transfer the lost units are of: nobody knows, so those sent without a lot last."""
    found: dict[int, int] = {}
    for lot, units in (lots or {}).items():
        if (part := min(units, lost)) > 0:
            found[lot] = part
            lost -= part
    return found


def _bring(
    level: StockLevel,
    transfer: Transfer,
    units: int,
    reason: str,
    note: str,
    actor: Actor,
    lots: Mapping[int, int] | None,
) -> None:
    if not change_level(level, units, reason=reason, reference=transfer.number, note=note, actor=actor, lots=lots):
        message = _("Enter a change that leaves at most %(most)s units.") % {"most": f"{MOST:,}"}
        raise Refused("bad_quantity", message)


@transaction.atomic
def cancel_transfer(transfer: Transfer, *, actor: Actor) -> Transfer:
    """Call it off; what had left is back in the warehouse it came from."""
    transfer = _locked(transfer, "cancel")
    old = transfer.state
    write(transfer, state=Transfer.State.CANCELLED, ended_at=timezone.now())
    if old == Transfer.State.SENT:
        lots = _lots_of(transfer)
        for line in transfer.lines.select_related("variant").order_by("variant_id"):
            level = place_for(line.variant, transfer.source)
            note = str(transfer.target)
            _bring(level, transfer, line.quantity, Reason.TRANSFER, note, actor, lots.get(line.variant_id))
    record(
        TransferCancelled(transfer_id=transfer.pk, number=transfer.number),
        actor=actor,
        subject=transfer,
        changes={"state": (old, transfer.state)},
    )
    return transfer
