"""What people type about proposals to order."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from core.filters import DayField
from core.templatetags.sc import money
from ecommerce.purchasing.models import Supplier, SupplierPrice


class ChooseForm(forms.Form):
    """One of the suppliers who offer a variant today, and why them."""

    supplier = forms.ChoiceField(label=_("Supplier"))
    reason = forms.CharField(
        label=_("Reason"),
        max_length=200,
        help_text=_("It stands beside the proposal, for whoever orders next."),
    )

    def __init__(self, *args: Any, offers: Iterable[SupplierPrice], **options: Any) -> None:
        super().__init__(*args, **options)
        self.suppliers = {str(one.supplier_id): one for one in offers}
        self.fields["supplier"].choices = [  # type: ignore[attr-defined]
            (pk, f"{one.supplier.name} · {money(one.price, one.supplier.currency)}")
            for pk, one in self.suppliers.items()
        ]

    @property
    def chosen(self) -> Supplier:
        """The supplier of a valid form."""
        return self.suppliers[self.cleaned_data["supplier"]].supplier


class DismissForm(forms.Form):
    """Not to propose a variant before a day, and why."""

    until = DayField(
        label=_("Do not propose it before"),
        widget=forms.DateInput(attrs={"type": "date"}),
        help_text=_("On this day it is proposed again if it is still needed."),
    )
    reason = forms.CharField(label=_("Reason"), max_length=200)
