"""What people type about suppliers and purchase orders."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date
from decimal import Decimal
from typing import Any

from django import forms
from django.conf import settings
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from core.filters import DayField
from core.money import LARGEST
from ecommerce.catalog.models import Variant
from ecommerce.inventory.models import Warehouse
from ecommerce.purchasing.models import PurchaseLine, Supplier
from ecommerce.purchasing.rules import MOST_UNITS, Came, LineIn


def amount_field(label: Any, **options: Any) -> forms.DecimalField:
    """A field for an amount of money, not below zero."""
    return forms.DecimalField(
        label=label,
        max_digits=11,
        decimal_places=2,
        min_value=Decimal(0),
        max_value=LARGEST,
        widget=forms.NumberInput(attrs={"inputmode": "decimal", "step": "0.01"}),
        **options,
    )


def units_field(label: Any, **options: Any) -> forms.IntegerField:
    options.setdefault("min_value", 1)
    options.setdefault("max_value", MOST_UNITS)
    return forms.IntegerField(label=label, widget=forms.NumberInput(attrs={"inputmode": "numeric"}), **options)


def sku_field() -> forms.CharField:
    return forms.CharField(label=_("SKU"), max_length=80, widget=forms.TextInput(attrs={"list": "skus"}))


def day_field(label: Any, **options: Any) -> DayField:
    return DayField(label=label, widget=forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d"), **options)


class SupplierForm(forms.Form):
    name = forms.CharField(label=_("Name"), max_length=150)
    code = forms.CharField(label=_("Short name"), max_length=20, help_text=_("A short name for lists and labels."))
    contact = forms.CharField(label=_("Contact person"), max_length=150, required=False)
    email = forms.EmailField(label=_("E-mail"), required=False)
    language = forms.ChoiceField(
        label=_("Language"),
        choices=[("", _("The shop’s language")), *settings.LANGUAGES],
        required=False,
        help_text=_("Purchase orders to them are written in it, mail and PDF."),
    )
    currency = forms.RegexField(
        label=_("Currency"),
        regex=r"^[A-Za-z]{3}$",
        help_text=_("Prices and orders of this supplier are in it. It stays once there are any."),
        error_messages={"invalid": _("Enter the three letters of a currency, such as CNY.")},
    )
    lead_days = forms.IntegerField(
        label=_("Promised delivery, days"),
        min_value=0,
        max_value=365,
        required=False,
        help_text=_("From the order to the delivery, as they say."),
    )
    payment_terms = forms.CharField(
        label=_("Payment terms"), max_length=120, required=False, help_text=_("Such as “30 days net”.")
    )
    note = forms.CharField(
        label=_("Note"),
        max_length=2000,
        required=False,
        widget=forms.Textarea(attrs={"rows": 3}),
        help_text=_("Only your team sees it."),
    )


class PriceForm(forms.Form):
    """What a supplier asks for one variant. `clean_sku` gives the variant."""

    sku = sku_field()
    price = amount_field(_("Price of a unit"))
    minimum = units_field(_("Smallest order, units"), initial=1)
    multiple = units_field(
        _("In multiples of, units"), initial=1, help_text=_("Such as 12 where they sell by the dozen.")
    )
    valid_from = day_field(_("Valid from"), required=False, help_text=_("Today if you leave it empty."))
    is_offered = forms.TypedChoiceField(
        label=pgettext_lazy("supplier’s price", "They offer it"),
        choices=[("yes", _("Yes")), ("no", _("Not any more"))],
        coerce=lambda answer: answer == "yes",
        empty_value=True,
        required=False,
    )

    def clean_sku(self) -> Variant:
        variant = Variant.objects.filter(sku=self.cleaned_data["sku"].strip()).first()
        if variant is None:
            raise forms.ValidationError(_("There is no variant with this SKU."))
        return variant


class PurchaseForm(forms.Form):
    """An order but for its lines. The supplier of a draft stays; without any warehouse yet the first one is made."""

    supplier = forms.ModelChoiceField(label=_("Supplier"), queryset=Supplier.objects.none())
    warehouse = forms.ModelChoiceField(label=_("Warehouse"), queryset=Warehouse.objects.none(), required=False)
    expected_on = day_field(
        _("Expected on"), required=False, help_text=_("If you leave it empty, after the days the supplier promised.")
    )
    note = forms.CharField(
        label=_("Note"),
        max_length=2000,
        required=False,
        widget=forms.Textarea(attrs={"rows": 3}),
        help_text=_("Only your team sees it."),
    )

    def __init__(self, *args: Any, is_new: bool = True, **options: Any) -> None:
        super().__init__(*args, **options)
        if is_new:
            self.fields["supplier"].queryset = Supplier.objects.in_use().order_by("name")
        else:
            del self.fields["supplier"]
        self.fields["warehouse"].queryset = Warehouse.objects.all()
        self.fields["warehouse"].empty_label = None


class PurchaseLineForm(forms.Form):
    sku = sku_field()
    quantity = units_field(_("Quantity"))
    unit_price = amount_field(_("Unit price"), required=False)

    def line_in(self) -> LineIn:
        data = self.cleaned_data
        return LineIn(data["sku"].strip(), data["quantity"], data["unit_price"])


class BaseLines(forms.BaseFormSet):
    """The lines as they are typed. What is shown first is not there before, so a row left empty is no line."""

    def initial_form_count(self) -> int:
        return 0

    def total_form_count(self) -> int:
        typed = 0 if self.is_bound or not self.initial else len(self.initial)
        return max(super().total_form_count(), typed)


PurchaseLines = forms.formset_factory(
    PurchaseLineForm, formset=BaseLines, extra=0, min_num=1, max_num=200, validate_min=True, absolute_max=200
)


class ReasonForm(forms.Form):
    reason = forms.CharField(label=_("Reason"), max_length=200)


class ReceiveForm(forms.Form):
    """What came of each line. `key` names the delivery, so that sending the form twice receives once."""

    key = forms.CharField(max_length=80, widget=forms.HiddenInput)
    received_on = day_field(_("Received on"))
    note = forms.CharField(label=_("Note"), max_length=500, required=False)
    over_reason = forms.CharField(
        label=_("If more came than was ordered: why you keep it"), max_length=200, required=False
    )

    def __init__(self, *args: Any, lines: Iterable[PurchaseLine], today: date, key: str, **options: Any) -> None:
        super().__init__(*args, initial={"received_on": today, "key": key}, **options)
        self.lines = list(lines)
        for line in self.lines:
            self._units(f"accepted_{line.pk}", _("Accepted"), line.outstanding)
            self._units(f"damaged_{line.pk}", pgettext_lazy("receipt", "Damaged"), 0)
            self.fields[f"lot_{line.pk}"] = forms.CharField(label=_("Lot"), max_length=120, required=False)
            if line.variant.product.keeps_lots:
                self.fields[f"expires_on_{line.pk}"] = day_field(_("Expiry date"), required=False)

    def _units(self, name: str, label: Any, first: int) -> None:
        self.fields[name] = forms.IntegerField(
            label=label,
            min_value=0,
            max_value=MOST_UNITS,
            initial=first,
            required=False,
            widget=forms.NumberInput(attrs={"inputmode": "numeric"}),
        )

    def rows(self) -> list[dict[str, Any]]:
        """For templates: each line with its fields; an expiry date only where the product keeps lots."""
        names = ("accepted", "damaged", "lot", "expires_on")
        return [
            {"line": line, **{name: self[f"{name}_{line.pk}"] for name in names if f"{name}_{line.pk}" in self.fields}}
            for line in self.lines
        ]

    def came(self) -> dict[int, Came]:
        """By line, as the action takes it; lines of which nothing came are left out."""
        data = self.cleaned_data
        found = {
            line.pk: Came(
                data[f"accepted_{line.pk}"] or 0,
                data[f"damaged_{line.pk}"] or 0,
                data[f"lot_{line.pk}"].strip(),
                data.get(f"expires_on_{line.pk}"),
            )
            for line in self.lines
        }
        return {pk: one for pk, one in found.items() if one.units}
