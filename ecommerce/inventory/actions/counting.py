"""Counting a warehouse: expected numbers are frozen, counters write down what they find, somebody approves.

A difference is what was counted less what was on hand at that moment, and it is that difference which is booked. So
sales between the opening, the counting and the approval neither become losses nor hide them.

What is kept in lots is counted lot by lot, and what has none of these by itself: a difference is booked to just that.
"""

from __future__ import annotations

from django.db import IntegrityError, transaction
from django.db.models import F
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from accounts.activity.log import record
from core.actors import Actor
from core.errors import Refused
from ecommerce.catalog.models import Category, Variant
from ecommerce.inventory.actions.expired import held_back
from ecommerce.inventory.actions.levels import BATCH, change_level, place_for
from ecommerce.inventory.actions.lots import LotIn, lot_for
from ecommerce.inventory.actions.numbers import next_number, write, wrong_state
from ecommerce.inventory.events import CountApproved, CountCancelled, CountStarted
from ecommerce.inventory.lots import is_in_lots, units_of
from ecommerce.inventory.models import (
    CountEntry,
    CountLine,
    Lot,
    LotLevel,
    StockCount,
    StockLevel,
    StockMove,
    Warehouse,
)
from ecommerce.inventory.queries import levels_to_count
from ecommerce.inventory.rules import MOST


def _locked(count: StockCount) -> StockCount:
    """The count as it is now, if it is still open."""
    rows = StockCount.objects.select_for_update(of=("self",)).select_related("merchant", "warehouse")
    now = rows.get(pk=count.pk)
    if now.state != StockCount.State.OPEN:
        raise wrong_state(now)
    return now


@transaction.atomic
def start_count(
    warehouse: Warehouse, *, category: Category | None = None, words: str = "", is_blind: bool = False, actor: Actor
) -> StockCount:
    """Open a count of everything in a warehouse, or of a category and below, or of SKUs and titles with `words`.

    Each lot on the shelf has a line of its own, units without one as well. Refuses with "nothing_to_count" where there
    is none. A fixed number of queries per 1,000 lines.
    """
    words = words.strip()
    levels = levels_to_count(warehouse, category=category, words=words)
    rows = list(levels.values_list("pk", "variant_id", "on_hand", "in_lots"))
    if not rows:
        message = _("Nothing that was ever counted is there. Choose another warehouse, or leave the filter empty.")
        raise Refused("nothing_to_count", message)
    scope = ", ".join(part for part in (str(category) if category else "", words) if part)[:120]
    count = StockCount.objects.create(number=next_number("SC"), warehouse=warehouse, scope=scope, is_blind=is_blind)
    shelves = units_of(levels) if any(in_lots for *_rest, in_lots in rows) else {}
    lines = []
    for level, variant_id, on_hand, in_lots in rows:
        of_lots = shelves.get(level, [])
        lines += [CountLine(count=count, variant_id=variant_id, lot_id=lot, expected=units) for lot, units in of_lots]
        if on_hand > in_lots or not of_lots:
            lines.append(CountLine(count=count, variant_id=variant_id, expected=on_hand - in_lots))
    CountLine.objects.bulk_create(lines, batch_size=BATCH)
    record(CountStarted(count_id=count.pk, number=count.number, lines=len(lines)), actor=actor, subject=count)
    return count


def _line_of(count: StockCount, variant: Variant, lot: Lot | None, on_hand: int) -> CountLine:
    """The count's line of a variant or a lot of it; what nobody expected there gets one too."""
    new = CountLine(count=count, variant=variant, lot=lot, expected=on_hand)
    CountLine.objects.bulk_create([new], ignore_conflicts=True)
    return CountLine.objects.select_for_update(of=("self",)).get(count=count, variant=variant, lot=lot)


def _lot_of(count: StockCount, variant: Variant, given: LotIn | None) -> Lot | None:
    if given is None:
        return None
    if not is_in_lots(variant):
        message = _("%(sku)s is not kept in lots. Leave the lot empty.") % {"sku": variant.sku}
        raise Refused("no_lots", message, lot=message)
    return lot_for(variant, given, reference=count.number)


def _there(level: StockLevel | None, lot: Lot | None) -> int:
    """Units of a lot on a level, or those of no lot, which are all where it has none."""
    if level is None:
        return 0
    if lot is None:
        return level.without_lot
    return LotLevel.objects.filter(level=level, lot=lot).values_list("units", flat=True).first() or 0


@transaction.atomic
def count_units(
    count: StockCount,
    variant: Variant,
    units: int,
    *,
    key: str,
    adds: bool = True,
    seen: int | None = None,
    lot: LotIn | None = None,
    actor: Actor,
) -> CountLine:
    """Write down `units` found of a variant: added to what others found, or as the new total.

    Of what is kept in lots they are of `lot`, which need not be known before, or of none; see lot_for() for what of it
    is refused, and "no_lots" where none are kept. The same `key` again changes nothing. A new total is refused with
    "counted_meanwhile" (409) where the line no longer has the `seen` total, None for not counted: another counter's
    units would be lost.
    """
    if not 0 <= units <= MOST:
        message = _("Enter a count between 0 and %(most)s.") % {"most": f"{MOST:,}"}
        raise Refused("bad_quantity", message, units=message)
    count = StockCount.objects.get(pk=count.pk)
    if count.state != StockCount.State.OPEN:
        raise wrong_state(count)
    of = _lot_of(count, variant, lot)
    on_hand = _there(StockLevel.objects.filter(variant=variant, warehouse_id=count.warehouse_id).first(), of)
    line = _line_of(count, variant, of, on_hand)
    try:
        with transaction.atomic():
            CountEntry.objects.create(line=line, key=key[:80], units=units, adds=adds, actor_label=actor.label[:150])
    except IntegrityError:
        return line
    before = None if line.again else line.counted
    if not adds and before != seen:
        message = _("Somebody counted %(sku)s meanwhile: %(units)d. Look at it again.")
        raise Refused("counted_meanwhile", message % {"sku": variant.sku, "units": before or 0}, status=409)
    total = units + (before or 0) if adds else units
    if total > MOST:
        message = _("Enter a count between 0 and %(most)s.") % {"most": f"{MOST:,}"}
        raise Refused("bad_quantity", message, units=message)
    hit = CountLine.objects.filter(pk=line.pk, counted=line.counted, again=line.again)
    if line.counted is None:
        hit = CountLine.objects.filter(pk=line.pk, counted__isnull=True)
    fields = {
        "counted": total,
        "on_hand": on_hand,
        "again": False,
        "moved": adds and before is not None and line.on_hand != on_hand,
        "counted_by": actor.label[:150],
        "counted_at": timezone.now(),
    }
    if not hit.update(**fields):
        message = _("Somebody counted %(sku)s meanwhile: %(units)d. Look at it again.")
        raise Refused("counted_meanwhile", message % {"sku": variant.sku, "units": before or 0}, status=409)
    for name, value in fields.items():
        setattr(line, name, value)
    return line


@transaction.atomic
def recount_line(count: StockCount, line: CountLine, *, actor: Actor) -> None:
    """Have a variant counted again from zero; until then the count cannot be approved."""
    count = _locked(count)
    if not CountLine.objects.filter(pk=line.pk, count=count, counted__isnull=False).update(again=True):
        raise Refused("not_counted", _("It was not counted yet."))


@transaction.atomic
def approve_count(count: StockCount, *, actor: Actor) -> StockCount:
    """The differences become the stock, with the count's number as reference; what nobody counted stays as it is.

    Refuses while something is to be counted again, what would leave less than is promised to open orders, and what is
    not there any more ("count_stale").
    """
    count = _locked(count)
    # of a variant what was found first: lots that were mixed up are no shortage meanwhile
    found_first = "variant_id", (F("counted") - F("on_hand")).desc()
    lines = count.lines.filter(counted__isnull=False).select_related("variant", "lot").order_by(*found_first)
    if not lines:
        raise Refused("not_counted", _("Nothing was counted yet."))
    again = lines.filter(again=True).order_by().values("variant").distinct().count()
    if again:
        message = ngettext(
            "%(n)d variant is to be counted again first.", "%(n)d variants are to be counted again first.", again
        )
        raise Refused("count_again", message % {"n": again})
    write(count, state=StockCount.State.BOOKED, ended_at=timezone.now())
    known = set(StockLevel.objects.filter(warehouse=count.warehouse).values_list("variant_id", flat=True))
    found = missing = 0
    changed: set[int] = set()
    for line in lines:
        difference = line.difference or 0
        if line.variant_id in known and not difference:
            continue
        level = place_for(line.variant, count.warehouse)
        if not difference:
            continue
        _book(count, level, line, difference, actor=actor)
        changed.add(line.variant_id)
        found, missing = found + max(difference, 0), missing + max(-difference, 0)
    record(
        CountApproved(count_id=count.pk, number=count.number, lines=len(changed), found=found, missing=missing),
        actor=actor,
        subject=count,
        changes={"state": (StockCount.State.OPEN, count.state)},
    )
    return count


def _book(count: StockCount, level: StockLevel, line: CountLine, difference: int, *, actor: Actor) -> None:
    sku, lots = line.variant.sku, {line.lot_id: abs(difference)} if line.lot_id else {}
    if _there(level, line.lot) < -difference:
        message = _("%(sku)s: less is there by now than was missing when it was counted. Have it counted again.")
        raise Refused("count_stale", message % {"sku": f"{sku} {line.lot}" if line.lot else sku})
    reason = StockMove.Reason.COUNT
    if change_level(level, difference, reason=reason, reference=count.number, actor=actor, lots=lots):
        return
    level.refresh_from_db()
    message = _(
        "%(sku)s: %(missing)d are missing, but %(reserved)d of the %(on_hand)d on hand are promised to open orders. "
        "Cancel them or put the difference right first, or have it counted again."
    )
    promised = level.reserved - held_back(level)
    words = {"sku": sku, "missing": -difference, "reserved": promised, "on_hand": level.on_hand}
    raise Refused("reserved", message % words)


@transaction.atomic
def cancel_count(count: StockCount, *, actor: Actor) -> StockCount:
    """Give the count up. The stock stays as it is."""
    count = _locked(count)
    write(count, state=StockCount.State.CANCELLED, ended_at=timezone.now())
    record(
        CountCancelled(count_id=count.pk, number=count.number),
        actor=actor,
        subject=count,
        changes={"state": (StockCount.State.OPEN, count.state)},
    )
    return count
