"""Reserve stock for a channel: the others are not offered it."""

from __future__ import annotations

from typing import Any

from django import forms
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from core.errors import Refused
from ecommerce.catalog.models import Variant
from ecommerce.inventory.actions import remove_buffer, set_buffer
from ecommerce.inventory.models import ChannelBuffer
from ecommerce.orders.models import Channel, Order
from notifications.playbooks.steps.base import Context, Detail, Settings, StepForm
from notifications.playbooks.steps.things import VARIANTS, variants_of


class ReserveForm(StepForm):
    channel = forms.ChoiceField(label=gettext_lazy("Channel it is reserved for"), choices=Channel.choices)
    units = forms.IntegerField(
        label=gettext_lazy("Units of each variant"), min_value=1, max_value=100_000, localize=False
    )


class Reserve:
    name = "reserve"
    label: Any = gettext_lazy("Reserve stock for a channel")
    help: Any = gettext_lazy("The other channels you sell on are not offered these units. A larger buffer stays.")
    icon = "lock"
    permission = "warehouses.edit"
    needs: tuple[str, ...] = VARIANTS
    undoable = True
    form: type[StepForm] = ReserveForm

    def describe(self, settings: Settings) -> str:
        values = {"units": settings["units"], "channel": _channel(settings["channel"])}
        return _("Reserve %(units)s units for %(channel)s") % values

    def run(self, context: Context, settings: Settings) -> dict[str, Any]:
        others = [one for one in Channel.values if one != settings["channel"] and _sells_on(one)]
        if not others:
            raise Refused("no_other_channel", _("You sell on no other channel from which it could be kept."))
        changed = []
        for variant in variants_of(context):
            for channel in others:
                held = ChannelBuffer.objects.filter(channel=channel, variant=variant).first()
                if held is not None and held.units >= settings["units"]:
                    continue
                before = [held.units, held.percent] if held else None
                percent = held.percent if held else 0
                set_buffer(channel, variant=variant, units=settings["units"], percent=percent, actor=context.actor)
                changed.append([channel, variant.pk, before])
        if not changed:
            raise Refused("reserved_already", _("As many units are kept from the other channels already."))
        return {"changed": changed, "channel": settings["channel"], "units": settings["units"]}

    def said(self, detail: Detail) -> str:
        values = {"units": detail["units"], "channel": _channel(detail["channel"])}
        return _("%(units)s units of each variant are reserved for %(channel)s.") % values

    def link(self, detail: Detail) -> tuple[str, tuple[Any, ...]]:
        return ("stock-rules", ())

    def undo(self, context: Context, detail: Detail) -> None:
        for channel, variant, before in detail["changed"]:
            held = ChannelBuffer.objects.filter(channel=channel, variant=variant).first()
            if held is None or held.units != detail["units"]:
                raise Refused("changed_since", _("Somebody changed these buffers since. Change them by hand."))
            if before is None:
                remove_buffer(held, actor=context.actor)
            else:
                of = Variant.objects.get(pk=variant)
                set_buffer(channel, variant=of, units=before[0], percent=before[1], actor=context.actor)


def _sells_on(channel: str) -> bool:
    return Order.objects.filter(channel=channel).exists()


def _channel(name: str) -> str:
    return str(dict(Channel.choices).get(name, name))
