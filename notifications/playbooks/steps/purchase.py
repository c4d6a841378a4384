"""Draft purchase orders for what the demand forecast says to order."""

from __future__ import annotations

from typing import Any

from django import forms
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext

from accounts.merchants.models import Merchant
from analytics.restock.drafting import draft_what_is_needed
from analytics.restock.proposals import Row, proposal
from core.errors import Refused
from ecommerce.purchasing.actions import cancel_order
from ecommerce.purchasing.models import PurchaseOrder
from ecommerce.purchasing.rules import DRAFT, rounded_up
from notifications.playbooks.figures import Trigger
from notifications.playbooks.steps.base import Context, Detail, Settings, StepForm
from notifications.playbooks.steps.things import VARIANTS, variants_of

FACT, ALL = "fact", "all"


class PurchaseForm(StepForm):
    what = forms.ChoiceField(label=gettext_lazy("What is ordered"))
    more = forms.IntegerField(
        label=gettext_lazy("Percent more than the forecast says"),
        min_value=0,
        max_value=300,
        initial=0,
        localize=False,
    )

    def __init__(self, *args: Any, trigger: Trigger, **kwargs: Any) -> None:
        super().__init__(*args, trigger=trigger, **kwargs)
        about = [(FACT, _("Only what the fact is about"))] if set(VARIANTS) & set(trigger.things) else []
        choices = [*about, (ALL, _("Everything that should be ordered"))]
        self.fields["what"].choices = choices  # type: ignore[attr-defined]


class Purchase:
    name = "purchase"
    label: Any = gettext_lazy("Draft a purchase order")
    help: Any = gettext_lazy(
        "In the quantities of the demand forecast, one draft for each supplier. Nothing is sent; what stands in a draft"
        " already is left out."
    )
    icon = "clipboard-list"
    permission = "purchasing.edit"
    needs: tuple[str, ...] = ()
    undoable = True
    form: type[StepForm] = PurchaseForm

    def describe(self, settings: Settings) -> str:
        if settings["what"] == FACT:
            text = _("Draft a purchase order for what the fact is about")
        else:
            text = _("Draft purchase orders for everything that should be ordered")
        return f"{text} (+{settings['more']}%)" if settings["more"] else text

    def run(self, context: Context, settings: Settings) -> dict[str, Any]:
        merchant = Merchant.objects.in_scope()
        wanted = {one.pk for one in variants_of(context)} if settings["what"] == FACT else None
        rows = [row for group in proposal(merchant.today(), merchant.currency).groups for row in group.rows]
        units = {row.variant.pk: _units(row, wanted, settings["more"]) for row in rows}
        drafts = draft_what_is_needed(units=units, actor=context.actor)
        return {"orders": [[draft.pk, draft.number] for draft in drafts]}

    def said(self, detail: Detail) -> str:
        numbers = ", ".join(number for _pk, number in detail["orders"])
        words = ngettext("%(count)d order drafted: %(numbers)s.", "%(count)d orders drafted: %(numbers)s.",
                         len(detail["orders"]))  # fmt: skip
        return words % {"count": len(detail["orders"]), "numbers": numbers}

    def link(self, detail: Detail) -> tuple[str, tuple[Any, ...]]:
        return ("purchase-detail", (detail["orders"][0][0],))

    def undo(self, context: Context, detail: Detail) -> None:
        orders = PurchaseOrder.objects.filter(pk__in=[pk for pk, _number in detail["orders"]])
        reason = _("Undone: playbook “%(name)s”") % {"name": context.playbook}
        for order in orders.order_by("pk"):
            if order.state != DRAFT:
                sentence = _("%(number)s is no draft any more. Deal with it on its own page.")
                raise Refused("no_draft", sentence % {"number": order.number})
            cancel_order(order, reason=reason, actor=context.actor)


def _units(row: Row, wanted: set[int] | None, more: int) -> int:
    if wanted is not None and row.variant.pk not in wanted:
        return 0
    return rounded_up(-(-row.units * (100 + more) // 100), row.minimum, row.multiple)
