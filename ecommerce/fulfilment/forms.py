"""The forms of parcels: shape only, the actions decide."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime, timedelta
from decimal import Decimal
from typing import Any

from django import forms
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from core.money import LARGEST
from ecommerce.fulfilment.models import Carrier, ParcelCase, ShipmentLine, TrackingEvent
from ecommerce.fulfilment.queries import team
from ecommerce.fulfilment.rules import STEPS_OF_REASON
from ecommerce.inventory.models import Warehouse
from ecommerce.orders.forms import BuyerForm, UnitsMixin
from ecommerce.orders.models import OrderLine


class TrackingForm(forms.Form):
    carrier = forms.CharField(
        label=_("Carrier"), max_length=60, required=False, widget=forms.TextInput(attrs={"list": "carriers"})
    )
    tracking_number = forms.CharField(
        label=_("Tracking number"), max_length=80, required=False, help_text=_("The buyer gets it by mail.")
    )


class AgainForm(TrackingForm):
    """A new parcel in the place of another; from which warehouse, where its goods leave stock and there are several."""

    def __init__(self, *args: Any, warehouses: list[Warehouse], first: int | None = None, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        if len(warehouses) > 1:
            self.fields["warehouse"] = forms.ModelChoiceField(
                Warehouse.objects.filter(pk__in=[warehouse.pk for warehouse in warehouses]),
                label=_("Warehouse"),
                initial=first,
                empty_label=None,
            )


class ShipForm(UnitsMixin, TrackingForm):
    """What is in the parcel, who carries it, and from which warehouse where there are several.

    Of an order that is held in several, what one of them holds is filled in.
    """

    def __init__(self, *args: Any, lines: Iterable[OrderLine], warehouses: list[Warehouse], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        left = [line for line in lines if line.to_ship]
        held = [line.warehouse_id for line in left if line.reserved_quantity and line.warehouse_id is not None]
        places = [warehouse for warehouse in warehouses if warehouse.pk in held] or warehouses
        for line in left:
            is_elsewhere = line.reserved_quantity and line.warehouse_id in held and line.warehouse_id != places[0].pk
            self.add_unit(line, line.to_ship, 0 if is_elsewhere else line.to_ship)
        if len(warehouses) > 1:
            self.fields["warehouse"] = forms.ModelChoiceField(
                Warehouse.objects.filter(pk__in=[warehouse.pk for warehouse in warehouses]),
                label=_("Warehouse"),
                initial=places[0],
                empty_label=None,
            )


def _now() -> datetime:
    return timezone.localtime().replace(second=0, microsecond=0)


class ReportForm(forms.Form):
    """A report of the carrier, written by hand."""

    kind = forms.ChoiceField(label=_("Report"), choices=TrackingEvent.Kind.choices, initial="in_transit")
    at = forms.DateTimeField(
        label=_("Time"),
        initial=_now,
        widget=forms.DateTimeInput(format="%Y-%m-%dT%H:%M", attrs={"type": "datetime-local"}),
        input_formats=["%Y-%m-%dT%H:%M", "%Y-%m-%dT%H:%M:%S", "%Y-%m-%d %H:%M"],
    )
    location = forms.CharField(label=_("Place"), max_length=100, required=False)
    description = forms.CharField(label=_("Description"), max_length=200, required=False)


class UploadForm(forms.Form):
    """A file of reports."""

    file = forms.FileField(
        label=_("CSV file"), max_length=200, widget=forms.ClearableFileInput(attrs={"accept": ".csv,text/csv"})
    )


class CaseForm(forms.Form):
    """What is done about a parcel's problem, by whom, and how long it may rest."""

    step = forms.ChoiceField(label=_("Next step"), required=False)
    assigned_to = forms.ModelChoiceField(team(), label=_("Who does it"), required=False, empty_label=_("Nobody yet"))
    rest = forms.TypedChoiceField(
        label=_("Let it rest"),
        required=False,
        coerce=int,
        empty_value=0,
        choices=[("", _("Not now")), ("1", _("For a day")), ("3", _("For three days")), ("7", _("For a week"))],
    )
    note = forms.CharField(label=_("Note"), max_length=500, required=False, widget=forms.Textarea(attrs={"rows": 3}))

    def __init__(self, *args: Any, case: ParcelCase, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        steps = [(step, ParcelCase.Step(step).label) for step in STEPS_OF_REASON[case.reason]]
        self.fields["step"].choices = [("", _("Not decided")), *steps]  # type: ignore[attr-defined]
        self.fields["assigned_to"].queryset = team()  # type: ignore[attr-defined]

    def given(self) -> dict[str, Any]:
        """What the action takes."""
        data = dict(self.cleaned_data)
        days = data.pop("rest")
        return {**data, "snoozed_until": timezone.now() + timedelta(days=days) if days else None}


class AddressForm(BuyerForm):
    """Where the order really goes; what is left empty stays empty."""

    buyer_email = None  # type: ignore[assignment]

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["buyer_name"].required = False


class TakeInForm(forms.Form):
    """How many units of each line of a parcel that came back are fit for the shelf, and whether the buyer is paid."""

    def __init__(self, *args: Any, lines: Iterable[ShipmentLine], refundable: bool, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.lines = list(lines)
        for line in self.lines:
            self.fields[f"restock_{line.pk}"] = forms.IntegerField(
                label=line.order_line.title,
                min_value=0,
                max_value=line.quantity,
                initial=line.quantity,
                widget=forms.NumberInput(attrs={"inputmode": "numeric", "size": 3, "class": "sc-qty"}),
            )
        if refundable:
            self.fields["refund"] = forms.BooleanField(
                label=_("Refund what the buyer paid for it"), required=False, initial=True
            )

    def rows(self) -> list[dict[str, Any]]:
        return [
            {"line": line.order_line, "most": line.quantity, "field": self[f"restock_{line.pk}"]} for line in self.lines
        ]

    def given(self) -> dict[str, Any]:
        """What the action takes."""
        data = self.cleaned_data
        restock = {line.pk: data[f"restock_{line.pk}"] for line in self.lines}
        return {"restock": restock, "refund": data.get("refund", False)}


class CarrierForm(forms.Form):
    """A carrier; the names it also goes by and its promises are one a line."""

    name = forms.CharField(label=_("Name"), max_length=60)
    code = forms.CharField(label=_("Short name"), max_length=20, required=False)
    aliases = forms.CharField(
        label=_("Also written as"),
        max_length=1300,
        required=False,
        widget=forms.Textarea(attrs={"rows": 3}),
        help_text=_("One name a line. Parcels sent under any of them count as this carrier’s."),
    )
    services = forms.CharField(
        label=_("Promised days"),
        max_length=4000,
        required=False,
        widget=forms.Textarea(attrs={"rows": 4}),
        help_text=_("One a line: service, region, days. Leave the region empty for all others: Express, , 3"),
    )
    parcel_cost = forms.DecimalField(
        label=_("Cost of a parcel"),
        required=False,
        max_digits=11,
        decimal_places=2,
        min_value=Decimal(0),
        max_value=LARGEST,
        widget=forms.NumberInput(attrs={"inputmode": "decimal", "step": "0.01"}),
    )
    is_active = forms.BooleanField(label=_("In use"), required=False, initial=True)

    def clean_aliases(self) -> list[str]:
        return [line.strip() for line in self.cleaned_data["aliases"].splitlines() if line.strip()]

    def clean_services(self) -> list[tuple[str, str, int]]:
        found: dict[tuple[str, str], int] = {}
        for number, line in enumerate(self.cleaned_data["services"].splitlines(), start=1):
            if not line.strip():
                continue
            parts = [part.strip() for part in line.replace("，", ",").split(",")]
            if len(parts) != 3 or not parts[2].isascii() or not parts[2].isdigit() or not 1 <= int(parts[2][:3]) <= 90:
                message = _("Line %(line)s: write service, region and days from 1 to 90, with commas between.")
                raise forms.ValidationError(message, params={"line": number})
            found[parts[0][:60], parts[1][:80]] = int(parts[2])
        return [(name, region, days) for (name, region), days in found.items()]

    @staticmethod
    def known(carrier: Carrier) -> dict[str, Any]:
        """What the form begins with for a carrier."""
        services = [f"{one.name}, {one.region}, {one.days}" for one in carrier.services.all()]
        return {
            "name": carrier.name,
            "code": carrier.code,
            "aliases": "\n".join(carrier.aliases),
            "services": "\n".join(services),
            "parcel_cost": carrier.parcel_cost,
            "is_active": carrier.is_active,
        }


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
