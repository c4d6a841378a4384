"""The forms of parcels: shape only, the actions decide."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime
from typing import Any

from django import forms
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from ecommerce.fulfilment.models import Shipment
from ecommerce.inventory.models import Warehouse
from ecommerce.orders.forms import UnitsMixin
from ecommerce.orders.models import OrderLine


class TrackingForm(forms.Form):
    carrier = forms.CharField(
        label=_("Carrier"), max_length=60, required=False, widget=forms.TextInput(attrs={"list": "carriers"})
    )
    tracking_number = forms.CharField(
        label=_("Tracking number"), max_length=80, required=False, help_text=_("The buyer gets it by mail.")
    )


class ShipForm(UnitsMixin, TrackingForm):
    """What is in the parcel, who carries it, and from which warehouse where there are several."""

    def __init__(self, *args: Any, lines: Iterable[OrderLine], warehouses: list[Warehouse], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        for line in lines:
            if line.to_ship:
                self.add_unit(line, line.to_ship, line.to_ship)
        if len(warehouses) > 1:
            self.fields["warehouse"] = forms.ModelChoiceField(
                Warehouse.objects.filter(pk__in=[warehouse.pk for warehouse in warehouses]),
                label=_("Warehouse"),
                initial=warehouses[0],
                empty_label=None,
            )


def _now() -> datetime:
    return timezone.localtime().replace(second=0, microsecond=0)


class ReportForm(forms.Form):
    """A report of the carrier, written by hand."""

    state = forms.ChoiceField(label=_("State"), choices=Shipment.State.choices)
    at = forms.DateTimeField(
        label=_("Time"),
        initial=_now,
        widget=forms.DateTimeInput(format="%Y-%m-%dT%H:%M", attrs={"type": "datetime-local"}),
        input_formats=["%Y-%m-%dT%H:%M", "%Y-%m-%dT%H:%M:%S", "%Y-%m-%d %H:%M"],
    )
    location = forms.CharField(label=_("Place"), max_length=100, required=False)
    description = forms.CharField(label=_("Description"), max_length=200, required=False)


class ShipManyForm(forms.Form):
    """Tracking numbers for many orders: typed or scanned in, or in a file."""

    lines = forms.CharField(
        label=_("Orders and tracking numbers"),
        required=False,
        max_length=2_000_000,
        strip=False,
        widget=forms.Textarea(attrs={"rows": 12, "spellcheck": "false", "autocomplete": "off", "autofocus": True}),
        help_text=_("One line each: order, tracking number, carrier. The carrier may be left out."),
    )
    file = forms.FileField(
        label=_("Or a CSV file with the same columns"),
        required=False,
        widget=forms.FileInput(attrs={"accept": ".csv,.txt,text/csv"}),
    )
    carrier = forms.CharField(
        label=_("Carrier where a line names none"),
        max_length=60,
        required=False,
        widget=forms.TextInput(attrs={"list": "carriers"}),
    )
    bare = forms.BooleanField(label=_("Ship orders without a tracking number, too"), required=False)
