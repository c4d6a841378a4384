"""Outside competitors and what was seen of them, as forms."""

from __future__ import annotations

from datetime import date
from typing import Any

from django import forms
from django.core.files.uploadedfile import UploadedFile
from django.utils.translation import gettext_lazy as _

from analytics.markets.models import Observation
from analytics.markets.rules import last_whole_week, monday

LARGEST_FILE = 2 * 1024 * 1024


class CompetitorForm(forms.Form):
    name = forms.CharField(label=_("Competitor"), max_length=120)

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, auto_id="competitor_%s", **kwargs)


class ObservationForm(forms.ModelForm):  # type: ignore[type-arg]
    """One week of one competitor, known or new."""

    name = forms.CharField(label=_("Competitor"), max_length=120)

    field_order = ["name", "week", "units", "value", "price", "promotion", "source"]

    class Meta:
        model = Observation
        fields = ("week", "units", "value", "price", "promotion", "source")
        widgets = {"week": forms.DateInput(attrs={"type": "date"})}

    def __init__(self, *args: Any, today: date, **kwargs: Any) -> None:
        super().__init__(*args, auto_id="week_%s", **kwargs)
        self.today = today
        for name in ("value", "price", "promotion"):
            self.fields[name].required = False
        self.fields["units"].min_value = 0  # type: ignore[attr-defined]
        self.fields["promotion"].help_text = _("From 0 to 1.")

    def clean_week(self) -> date:
        week: date = self.cleaned_data["week"]
        if week != monday(week):
            raise forms.ValidationError(_("The week must begin on Monday."))
        if week > last_whole_week(self.today):
            raise forms.ValidationError(_("This week is not over yet."))
        return week

    def clean_units(self) -> float:
        units: float = self.cleaned_data["units"]
        if not 0 <= units <= 999_999_999:
            raise forms.ValidationError(_("Units must be zero or more."))
        return units

    def clean_promotion(self) -> float | None:
        promotion: float | None = self.cleaned_data["promotion"]
        if promotion is not None and not 0 <= promotion <= 1:
            raise forms.ValidationError(_("The part on promotion must be between 0 and 1."))
        return promotion

    def clean_price(self) -> Any:
        price = self.cleaned_data["price"]
        if price is not None and price <= 0:
            raise forms.ValidationError(_("A price must be above zero."))
        return price


class SheetForm(forms.Form):
    """A file of observations. Its columns: competitor, week, units, and if known value, price, promotion."""

    file = forms.FileField(
        label=_("File"),
        help_text=_("CSV in UTF-8 with the columns competitor, week, units and, if known, value, price, promotion."),
        widget=forms.ClearableFileInput(attrs={"accept": ".csv,.txt"}),
    )
    source = forms.CharField(label=_("Source"), max_length=120, required=False)

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, auto_id="file_%s", **kwargs)

    def clean_file(self) -> str:
        upload: UploadedFile = self.cleaned_data["file"]
        if (upload.size or 0) > LARGEST_FILE:
            raise forms.ValidationError(_("The file is larger than 2 MB."))
        try:
            return upload.read().decode("utf-8-sig")
        except UnicodeDecodeError as error:
            raise forms.ValidationError(_("The file is not in UTF-8.")) from error
