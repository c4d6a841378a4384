"""What people type about stock."""

from __future__ import annotations

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from ecommerce.inventory.models import StockMove, Warehouse
from ecommerce.inventory.rules import MOST


class AdjustForm(forms.Form):
    """Either the number somebody counted, or units that came or went. Without any warehouse yet none is chosen."""

    warehouse = forms.ModelChoiceField(label=_("Warehouse"), queryset=Warehouse.objects.none(), required=False)
    how = forms.ChoiceField(
        label=_("What do you enter?"),
        choices=[("counted", _("The number I counted")), ("change", _("Units that came (+) or went (−)"))],
        initial="counted",
        widget=forms.RadioSelect,
    )
    quantity = forms.IntegerField(
        label=_("Quantity"),
        min_value=-MOST,
        max_value=MOST,
        error_messages={"invalid": _("Enter a whole number, such as 12 or -3.")},
    )
    reason = forms.ChoiceField(
        label=_("Reason"),
        choices=[
            (reason, reason.label)
            for reason in (
                StockMove.Reason.ADJUSTMENT,
                StockMove.Reason.RECEIPT,
                StockMove.Reason.RETURN,
                StockMove.Reason.DAMAGE,
            )
        ],
    )
    note = forms.CharField(
        label=_("Note"), max_length=200, required=False, help_text=_("Stays with the entry in the ledger.")
    )

    def __init__(self, *args: Any, warehouse: Warehouse | None = None, **options: Any) -> None:
        super().__init__(*args, **options)
        self.fields["warehouse"].queryset = Warehouse.objects.all()
        self.fields["warehouse"].empty_label = None
        self.fields["warehouse"].initial = warehouse

    def wanted(self) -> dict[str, int]:
        """The quantity as adjust_stock() takes it."""
        return {self.cleaned_data["how"]: self.cleaned_data["quantity"]}


class WarehouseForm(forms.ModelForm):
    class Meta:
        model = Warehouse
        fields = ("name", "code", "city", "is_default")
        help_texts = {
            "code": _("A short name for lists and labels."),
            "is_default": _("New orders reserve their stock here."),
        }

    def clean_code(self) -> str:
        return self.cleaned_data["code"].strip().upper()
