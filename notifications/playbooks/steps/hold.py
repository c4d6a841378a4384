"""Take a product off sale until somebody has looked at it."""

from __future__ import annotations

from typing import Any

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from core.errors import Refused
from ecommerce.catalog.actions import change_state
from ecommerce.catalog.models import Product
from notifications.playbooks.steps.base import Context, Detail, Settings, StepForm
from notifications.playbooks.steps.things import product_of

State = Product.State
# Where a product on sale goes: an ageing one cannot become a draft.
HELD = {State.LIVE: State.DRAFT, State.AGEING: State.RETIRED}


class Hold:
    name = "hold"
    label: Any = gettext_lazy("Hold the listing")
    help: Any = gettext_lazy("The product is not for sale until somebody puts it back. Orders there are go on.")
    icon = "player-pause"
    permission = "products.edit"
    needs: tuple[str, ...] = ("product_id", "variant_id")
    undoable = True
    form: type[StepForm] = StepForm

    def describe(self, settings: Settings) -> str:
        return _("Hold the listing of the product")

    def run(self, context: Context, settings: Settings) -> dict[str, Any]:
        product = product_of(context)
        before = product.state
        held = HELD.get(State(before))
        if held is None:
            raise Refused("not_for_sale", _("“%(product)s” is not for sale.") % {"product": product.title})
        change_state(product, to=held, actor=context.actor)
        return {"product": product.pk, "title": product.title, "before": before, "held": held.value}

    def said(self, detail: Detail) -> str:
        return _("“%(product)s” is held.") % {"product": detail["title"]}

    def link(self, detail: Detail) -> tuple[str, tuple[Any, ...]]:
        return ("product-detail", (detail["product"],))

    def undo(self, context: Context, detail: Detail) -> None:
        product = Product.objects.get(pk=detail["product"])
        if product.state != detail["held"]:
            raise Refused("changed_since", _("Somebody changed the product’s state since. Change it by hand."))
        change_state(product, to=State.LIVE, actor=context.actor)
        if detail["before"] != State.LIVE:
            change_state(product, to=detail["before"], actor=context.actor)
