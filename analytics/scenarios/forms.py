"""The shape of what is asked. The simulator's form is read from the address, so every question has one."""

from __future__ import annotations

from datetime import date
from typing import Any

from django import forms
from django.http import QueryDict
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext, pgettext_lazy

from analytics.scenarios import words
from analytics.scenarios.desk import Desk
from analytics.scenarios.models import Scenario
from analytics.scenarios.rules import LINK_DAYS, STEEPEST, Question

REGIONS = (1, 2, 4, 8)


class Slider(forms.FloatField):
    """A number that a slider and a field beside it hold together."""

    def __init__(self, label: Any, low: float, high: float, **options: Any) -> None:
        super().__init__(label=label, min_value=low, max_value=high, required=False, **options)
        self.low, self.high = low, high


class QuestionForm(forms.Form):
    """The levers of a market, and the weeks they are pulled in."""

    first = forms.ChoiceField(label=gettext_lazy("From the week of"))
    last = forms.ChoiceField(label=gettext_lazy("to the week of"))
    price = Slider(gettext_lazy("Price"), -STEEPEST, STEEPEST)
    promotion = Slider(gettext_lazy("Part of sales on promotion"), 0, 100)
    discount = Slider(gettext_lazy("Discount on promotion"), 0, 90)
    advertising = Slider(gettext_lazy("Advertising"), -100, 300)
    rival_price = Slider(gettext_lazy("Largest rival’s price"), -STEEPEST, STEEPEST)
    rival_promotion = Slider(gettext_lazy("Part of the largest rival’s sales on promotion"), 0, 100)
    reaction = forms.BooleanField(label=gettext_lazy("Rivals answer as they usually do"), required=False)

    def __init__(self, data: QueryDict, *, desk: Desk, **options: Any) -> None:
        self.desk, usual = desk, desk.usual()
        first = data.get("first") or usual.first.isoformat()
        last = data.get("last") or max(first, usual.last.isoformat())
        super().__init__({**data.dict(), "first": first, "last": last}, **options)
        weeks = [(week.isoformat(), words.week_name(week)) for week in desk.weeks]
        for name in ("first", "last"):
            field: Any = self.fields[name]
            field.choices = weeks
        if desk.rival is None:
            del self.fields["rival_price"], self.fields["rival_promotion"]
        for driver in ("price", "promotion", "advertising"):
            if driver not in desk.state.names:
                for name in (driver, f"rival_{driver}", {"promotion": "discount"}.get(driver, "")):
                    self.fields.pop(name, None)
        if "price" not in desk.state.names:
            for name in ("reaction", "discount"):
                self.fields.pop(name, None)

    def clean(self) -> dict[str, Any]:
        cleaned: dict[str, Any] = super().clean() or {}
        if cleaned.get("first", "") > cleaned.get("last", "9"):
            self.add_error("last", _("Choose a week that is not before the first."))
        return cleaned

    def question(self) -> Question:
        """What is asked. A promotion at what is planned anyway asks for nothing."""
        given = self.cleaned_data
        numbers = {
            name: float(given.get(name) or 0) for name in ("price", "discount", "advertising", "rival_price")
        }  # fmt: skip
        return Question(
            date.fromisoformat(given["first"]),
            date.fromisoformat(given["last"]),
            promotion=self._moved("promotion", self.desk.place),
            rival_promotion=self._moved("rival_promotion", self.desk.rival),
            reaction=bool(given.get("reaction")),
            **numbers,
        )

    def _moved(self, name: str, place: int | None) -> float | None:
        value = self.cleaned_data.get(name)
        tried = self.desk.tried("promotion", place) if place is not None else None
        if value is None or tried is None or (round(tried.now) == value and not self.cleaned_data.get("discount")):
            return None
        return float(value)


class NameForm(forms.ModelForm):  # type: ignore[type-arg]
    class Meta:
        model = Scenario
        fields = ("name", "note")
        widgets = {"note": forms.Textarea(attrs={"rows": 3})}


def _spans() -> list[tuple[int, str]]:
    return [(days, ngettext("%d day", "%d days", days) % days) for days in LINK_DAYS]


class LinkForm(forms.Form):
    days = forms.TypedChoiceField(label=gettext_lazy("Good for"), coerce=int, choices=_spans, initial=30)


class PriceTestForm(forms.Form):
    """A price test; with a name it can be kept."""

    name = forms.CharField(label=pgettext_lazy("price test", "Name"), max_length=80)
    price = forms.FloatField(
        label=gettext_lazy("Change of price to try, %"), min_value=-STEEPEST, max_value=STEEPEST, initial=-5
    )
    effect = forms.FloatField(
        label=gettext_lazy("Change of sales to tell from noise, %"), min_value=1, max_value=100, initial=5
    )
    regions = forms.TypedChoiceField(
        label=gettext_lazy("Regions with a price of their own"),
        coerce=int,
        choices=[(count, str(count)) for count in REGIONS],
        initial=1,
        help_text=gettext_lazy("More regions need fewer weeks, if their sales move independently."),
    )

    def clean_price(self) -> float:
        price: float = self.cleaned_data["price"]
        if not price:
            raise forms.ValidationError(_("Enter a change other than 0."))
        return price
