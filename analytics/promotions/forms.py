"""The form of a plan."""

from __future__ import annotations

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from analytics.promotions.queries import categories_for_sale
from analytics.promotions.rules import DEEPEST, SHALLOWEST
from ecommerce.catalog.models import Category


class PlanForm(forms.Form):
    title = forms.CharField(label=_("Name"), max_length=120, help_text=_("What your team calls it."))
    category = forms.ModelChoiceField(
        Category.objects.none(),
        label=_("Category"),
        required=False,
        empty_label="–",
        help_text=_("Everything of it that is for sale."),
    )
    skus = forms.CharField(
        label=_("Or single products"),
        required=False,
        max_length=4000,
        widget=forms.Textarea(attrs={"rows": 3}),
        help_text=_("SKUs, one per line. They take the place of the category's products."),
    )
    depth = forms.IntegerField(label=_("Price cut in percent"), min_value=SHALLOWEST, max_value=DEEPEST, initial=20)
    first_day = forms.DateField(label=_("First day"), widget=forms.DateInput(attrs={"type": "date"}))
    last_day = forms.DateField(label=_("Last day"), widget=forms.DateInput(attrs={"type": "date"}))
    spend = forms.DecimalField(
        label=_("What else it costs"),
        required=False,
        min_value=0,
        max_digits=12,
        decimal_places=2,
        help_text=_("Advertising, coupons, fees: everything beside the discount. The report counts it as spent."),
    )
    per_person = forms.IntegerField(
        label=_("Parcels a person packs in a day"),
        min_value=1,
        max_value=5000,
        initial=60,
        help_text=_("From this follows how many hands the promotion takes."),
    )

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["category"].queryset = categories_for_sale()  # type: ignore[attr-defined]

    def clean_skus(self) -> list[str]:
        return [line.strip() for line in str(self.cleaned_data["skus"]).splitlines() if line.strip()]
