"""Draft a clearance of a product, sized to its stock and pace, for a person to adopt."""

from __future__ import annotations

from datetime import date
from typing import Any

from django import forms
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from accounts.merchants.models import Merchant
from analytics.promotions.drafting import clearance_of, delete_draft, draft_clearance
from analytics.promotions.models import PromotionDraft
from analytics.promotions.words import cleared, days_name
from core.errors import Refused
from core.templatetags.sc import number
from notifications.playbooks.steps.base import Context, Detail, Settings, StepForm
from notifications.playbooks.steps.things import product_of


class ClearForm(StepForm):
    discount = forms.IntegerField(
        label=gettext_lazy("Discount in percent at most"),
        min_value=10,
        max_value=80,
        initial=30,
        localize=False,
        help_text=gettext_lazy("Less is taken off where less is expected to sell the stock."),
    )
    days = forms.IntegerField(
        label=gettext_lazy("Number of days"), min_value=1, max_value=28, initial=14, localize=False
    )


class Clear:
    name = "clear"
    label: Any = gettext_lazy("Draft a clearance of the product")
    help: Any = gettext_lazy(
        "A price cut for what is in stock, with the units and the revenue it is forecast to bring. It stays a draft"
        " until a person adopts it."
    )
    icon = "discount"
    permission = "promotions.edit"
    needs: tuple[str, ...] = ("product_id", "variant_id")
    undoable = True
    form: type[StepForm] = ClearForm

    def describe(self, settings: Settings) -> str:
        text = _("Draft a clearance of the product with its forecast: up to %(discount)s%% off for %(days)s days")
        return text % {"discount": settings["discount"], "days": settings["days"]}

    def run(self, context: Context, settings: Settings) -> dict[str, Any]:
        product = product_of(context)
        draft = draft_clearance(product, discount=settings["discount"], days=settings["days"], actor=context.actor)
        return {
            "draft": draft.pk,
            "title": draft.title,
            "depth": draft.depth,
            "days": [draft.first_day.isoformat(), draft.last_day.isoformat()],
            "figures": clearance_of(draft),
            "currency": Merchant.objects.in_scope().currency,
        }

    def said(self, detail: Detail) -> str:
        first, last = map(date.fromisoformat, detail["days"])
        text = _("Draft “%(title)s”: %(depth)s%% off, %(days)s.")
        values = {"title": detail["title"], "depth": number(detail["depth"]), "days": days_name(first, last, first)}
        return f"{text % values} {cleared(detail['figures'], detail['currency'])}"

    def link(self, detail: Detail) -> tuple[str, tuple[Any, ...]]:
        return ("promotiondraft-detail", (detail["draft"],))

    def undo(self, context: Context, detail: Detail) -> None:
        draft = PromotionDraft.objects.filter(pk=detail["draft"]).first()
        if draft is None:
            raise Refused("gone", _("Somebody deleted the draft already."))
        delete_draft(draft, actor=context.actor)
