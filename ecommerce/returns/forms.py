"""The forms of returns: shape only, the actions decide."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from decimal import Decimal
from typing import Any, cast

from django import forms
from django.utils.translation import gettext_lazy as _

from core.errors import Refused
from core.money import LARGEST
from core.photos import MOST_BYTES, Photo
from core.validators import no_card_number
from ecommerce.inventory.models import Warehouse
from ecommerce.orders.forms import UnitsMixin
from ecommerce.orders.models import OrderLine
from ecommerce.returns.actions import LineIn, read_photos
from ecommerce.returns.actions.writing import LONGEST
from ecommerce.returns.models import Return, ReturnLine
from ecommerce.returns.rules import Inspection


def _words(label: Any, *, rows: int = 3, required: bool = True, help_text: Any = "") -> forms.CharField:
    return forms.CharField(
        label=label,
        max_length=LONGEST,
        required=required,
        validators=[no_card_number],
        widget=forms.Textarea(attrs={"rows": rows}),
        help_text=help_text,
    )


class _Files(forms.ClearableFileInput):
    allow_multiple_selected = True


class PhotosField(forms.FileField):
    """Several photos at once; a list of core.photos.Photo when clean."""

    widget = _Files

    def __init__(self, **kwargs: Any) -> None:
        kwargs.setdefault("label", _("Photos"))
        kwargs.setdefault("help_text", _("Up to 5 photos of at most 8 MB each: JPEG, PNG or WebP."))
        kwargs.setdefault("widget", _Files(attrs={"accept": ".jpg,.jpeg,.png,.webp"}))
        super().__init__(**kwargs)

    def clean(self, data: Any, initial: Any = None) -> list[Photo]:
        files = [super(PhotosField, self).clean(one, initial) for one in (data or [None])]
        try:
            return read_photos((file.name, file.read(MOST_BYTES + 1)) for file in files if file)
        except Refused as refusal:
            raise forms.ValidationError(refusal.message, refusal.code) from refusal


class PhotosForm(forms.Form):
    photos = PhotosField()


class RequestForm(UnitsMixin):
    """Units of each line that can come back, with a reason for each, and words and photos about all of them."""

    details = _words(_("Details"), required=False)
    photos = PhotosField(required=False)

    def __init__(self, *args: Any, lines: Iterable[OrderLine], free: Mapping[int, int], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        for line in lines:
            if free.get(line.pk):
                self.add_unit(line, free[line.pk], 0)
                self.fields[f"reason_{line.pk}"] = forms.ChoiceField(
                    label=_("Reason"), choices=[("", _("Choose")), *Return.Reason.choices], required=False
                )

    def rows(self) -> list[dict[str, Any]]:
        return [{**row, "reason": self[f"reason_{row['line'].pk}"]} for row in super().rows()]

    def clean(self) -> dict[str, Any]:
        data = super().clean() or {}
        for line, _most, name in self.unit_lines:
            if data.get(name) and not data.get(f"reason_{line.pk}"):
                self.add_error(f"reason_{line.pk}", _("Choose one of the reasons."))
        return data

    @property
    def wanted(self) -> list[LineIn]:
        data = self.cleaned_data
        return [
            LineIn(pk, units, data.get(f"reason_{pk}", ""), data.get("details", ""))
            for pk, units in self.units.items()
            if units
        ]


class RefuseForm(forms.Form):
    reason = _words(_("Why the return is refused"), help_text=_("The buyer reads it."))


class ReceiveForm(forms.Form):
    """What came of each line, and where the units for the shelf go where there are several warehouses."""

    PARTS = ("restock", "repair", "write_off")

    def __init__(self, *args: Any, lines: Iterable[ReturnLine], warehouses: list[Warehouse], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.lines = list(lines)
        labels = {"restock": _("To the shelf"), "repair": _("To repair"), "write_off": _("Write off")}
        for line in self.lines:
            for part in self.PARTS:
                self.fields[f"{part}_{line.pk}"] = forms.IntegerField(
                    label=labels[part],
                    min_value=0,
                    max_value=line.quantity,
                    required=False,
                    widget=forms.NumberInput(attrs={"inputmode": "numeric", "size": 3, "class": "sc-qty"}),
                )
        if len(warehouses) > 1:
            self.fields["warehouse"] = forms.ModelChoiceField(
                Warehouse.objects.filter(pk__in=[warehouse.pk for warehouse in warehouses]),
                label=_("Warehouse"),
                initial=warehouses[0],
                empty_label=None,
            )

    def rows(self) -> list[dict[str, Any]]:
        """For templates: each line with its three fields."""
        return [{"line": line, "fields": [self[f"{part}_{line.pk}"] for part in self.PARTS]} for line in self.lines]

    @property
    def inspected(self) -> dict[int, Inspection]:
        data = self.cleaned_data
        return {
            line.pk: Inspection(*(data.get(f"{part}_{line.pk}") or 0 for part in self.PARTS)) for line in self.lines
        }


class SettleForm(forms.Form):
    """How a return ends. For an exchange each line that came has the SKU that goes out for it."""

    outcome = forms.ChoiceField(label=_("How it ends"), choices=Return.Outcome.choices, widget=forms.RadioSelect)
    amount = forms.DecimalField(
        label=_("Amount to refund"), required=False, min_value=Decimal(0), max_value=LARGEST, decimal_places=2
    )
    with_difference = forms.BooleanField(label=_("Even out the difference in price"), required=False, initial=True)
    reason = _words(
        _("Note"), rows=2, required=False, help_text=_("Needed where nothing is given back. The buyer reads it.")
    )

    def __init__(self, *args: Any, case: Return, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.lines = [line for line in case.lines.all() if line.came]
        if not (case.may("repair") and all(line.came == line.repaired for line in self.lines)):
            field = cast(forms.ChoiceField, self.fields["outcome"])
            field.choices = [choice for choice in Return.Outcome.choices if choice[0] != Return.Outcome.REPAIR]
        for line in self.lines:
            self.fields[f"instead_{line.pk}"] = forms.CharField(
                label=_("SKU that goes out"),
                max_length=80,
                required=False,
                initial=line.order_line.sku,
                widget=forms.TextInput(attrs={"list": "exchange-skus", "autocomplete": "off"}),
            )

    def rows(self) -> list[dict[str, Any]]:
        """For templates: each line that came with the field of what goes out for it."""
        return [{"line": line, "field": self[f"instead_{line.pk}"]} for line in self.lines]

    @property
    def settled(self) -> dict[str, Any]:
        """What the action takes."""
        data = self.cleaned_data
        return {
            "outcome": data["outcome"],
            "amount": data["amount"],
            "reason": data["reason"],
            "instead": {line.pk: data[f"instead_{line.pk}"] for line in self.lines},
            "with_difference": data["with_difference"],
        }


class SendBackForm(forms.Form):
    """The parcel in which repaired goods go to the buyer."""

    carrier = forms.CharField(label=_("Carrier"), max_length=60, required=False)
    tracking_number = forms.CharField(label=_("Tracking number"), max_length=80, required=False)
