"""Answering what is proposed: drafting purchase orders, or saying not now. Every answer is remembered."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date, timedelta

from django.db import transaction
from django.utils.translation import gettext as _

from accounts.activity.log import record
from accounts.merchants.models import Merchant
from analytics.demand.models import DemandOutlook
from analytics.restock.events import ProposalDismissed
from analytics.restock.models import ProposalAnswer
from analytics.restock.proposals import Group, Row, proposal
from analytics.restock.rules import LONGEST_DISMISSAL
from core.actors import Actor
from core.errors import Refused
from ecommerce.catalog.models import Variant
from ecommerce.inventory.actions import default_warehouse
from ecommerce.purchasing.actions import draft_order
from ecommerce.purchasing.models import PurchaseOrder
from ecommerce.purchasing.rules import MOST_LINES, LineIn


@transaction.atomic
def draft_what_is_needed(
    *,
    units: Mapping[int, int] | None = None,
    supplier: int | None = None,
    chosen: Mapping[int, int] | None = None,
    actor: Actor,
) -> list[PurchaseOrder]:
    """One draft for each supplier, or more where it has too many lines; nothing is sent.

    `units` are other quantities than the proposed ones by variant, 0 to leave it out this time; `chosen` are other
    suppliers than the proposed ones by variant; `supplier` drafts the order of that one alone. The merchant's row is
    the lock: of two people who ask at once, the second finds the drafts of the first. Refuses with "nothing_to_order"
    where nothing can be ordered from anybody, and a quantity that the supplier would not take, naming it.
    """
    merchant = Merchant.objects.select_for_update(no_key=True).in_scope()
    found = proposal(merchant.today(), merchant.currency, chosen)
    asked = units or {}
    groups = [one for one in found.groups if supplier in (None, one.supplier.pk)]
    drafts: list[PurchaseOrder] = []
    for group in groups:
        drafts += _draft(group, asked, actor)
    if not drafts:
        raise Refused("nothing_to_order", _("There is nothing that can be ordered from a supplier now."))
    return drafts


def _draft(group: Group, asked: Mapping[int, int], actor: Actor) -> list[PurchaseOrder]:
    place = default_warehouse()
    rows = [(row, asked.get(row.variant.pk, row.units)) for row in group.rows]
    rows = [(row, count) for row, count in rows if count > 0]
    drafts = []
    for first in range(0, len(rows), MOST_LINES):
        part = rows[first : first + MOST_LINES]
        lines = [LineIn(row.variant.sku, count, row.price) for row, count in part]
        order = draft_order(group.supplier, place, lines, actor=actor)
        ProposalAnswer.objects.bulk_create(_accepted(row, count, order, actor) for row, count in part)
        drafts.append(order)
    return drafts


def _accepted(row: Row, count: int, order: PurchaseOrder, actor: Actor) -> ProposalAnswer:
    return ProposalAnswer(
        merchant_id=order.merchant_id,
        variant=row.variant,
        kind=ProposalAnswer.Kind.ACCEPTED,
        actor_label=actor.label[:150],
        proposed=row.units,
        units=count,
        order=order,
        available=row.outlook.available,
        gap=row.outlook.gap,
        out_on=row.outlook.out_middle,
    )


@transaction.atomic
def dismiss_proposal(variant: Variant, *, until: date, reason: str, actor: Actor) -> ProposalAnswer:
    """Do not propose to order a variant before a day. Refuses a day that is over or too far, and no reason."""
    today = Merchant.objects.in_scope().today()
    wrong = {}
    if not today < until <= today + timedelta(days=LONGEST_DISMISSAL):
        wrong["until"] = _("Choose a day from tomorrow to half a year from now.")
    why = reason.strip()[:200]
    if not why:
        wrong["reason"] = _("Write the reason.")
    if wrong:
        raise Refused("bad_dismissal", _("The proposal was not dismissed."), **wrong)
    outlook = DemandOutlook.objects.filter(variant=variant).first()
    answer = ProposalAnswer.objects.create(
        variant=variant,
        kind=ProposalAnswer.Kind.DISMISSED,
        actor_label=actor.label[:150],
        proposed=outlook.order_quantity if outlook else 0,
        until=until,
        reason=why,
        available=outlook.available if outlook else None,
        gap=outlook.gap if outlook else None,
        out_on=outlook.out_middle if outlook else None,
    )
    event = ProposalDismissed(variant_id=variant.pk, sku=variant.sku, until=until.isoformat(), reason=why)
    record(event, actor=actor, subject=variant)
    return answer
