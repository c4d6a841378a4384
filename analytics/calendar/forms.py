"""What people enter in the calendar."""

from __future__ import annotations

from typing import Any

from django import forms
from django.core.files.uploadedfile import UploadedFile
from django.utils.translation import gettext_lazy as _

from analytics.calendar.files import MOST_BYTES
from analytics.calendar.models import OutsideSeries, OwnEvent
from analytics.calendar.rules import ENDS_BEFORE


def _day() -> forms.DateInput:
    return forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d")


class OwnEventForm(forms.ModelForm):
    class Meta:
        model = OwnEvent
        fields = ("name", "kind", "first_day", "last_day", "lead_days", "after_days", "yearly", "note")
        widgets = {"first_day": _day(), "last_day": _day()}
        help_texts = {
            "name": _("Use the same name each time: its effect is learnt from the earlier ones."),
            "kind": _("On a day that is closed, nothing is expected to be sold."),
            "lead_days": _("Days before, on which sales may already move."),
            "after_days": _("Days after, on which sales may still be higher or lower."),
        }

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["last_day"].required = False
        self.fields["last_day"].help_text = _("Empty: one day only.")

    def clean(self) -> dict[str, Any]:
        values = super().clean() or {}
        if values.get("first_day") and not values.get("last_day"):
            values["last_day"] = values["first_day"]
        if values.get("first_day") and values["last_day"] < values["first_day"]:
            self.add_error("last_day", ENDS_BEFORE)
        return values


class OutsideSeriesForm(forms.ModelForm):
    class Meta:
        model = OutsideSeries
        fields = ("name", "kind", "unit", "period", "ahead", "in_forecasts")
        help_texts = {
            "unit": _("Such as CNY, °C or points."),
            "ahead": _("A forecast looks 28 days ahead; a series is rarely known that far."),
            "in_forecasts": _("It is used only where tests on past days come nearer with it."),
        }


class TableForm(forms.Form):
    """One CSV."""

    file = forms.FileField(label=_("File"), widget=forms.ClearableFileInput(attrs={"accept": ".csv,.txt"}))

    def clean_file(self) -> UploadedFile:
        upload: UploadedFile = self.cleaned_data["file"]
        if (upload.size or 0) > MOST_BYTES:
            raise forms.ValidationError(_("The file is larger than 2 MB. Split it."))
        return upload
