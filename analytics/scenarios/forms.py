"""The shape of what is asked. The simulator's form is read from the address, so every question has one."""

from __future__ import annotations

from datetime import date
from typing import Any

from django import forms
from django.http import QueryDict
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext, pgettext, pgettext_lazy

from analytics.calendar.words import occasion_name
from analytics.scenarios import words
from analytics.scenarios.desk import Desk
from analytics.scenarios.levers import advertising_by, festivals_of
from analytics.scenarios.models import Scenario
from analytics.scenarios.rules import LINK_DAYS, MOST_MONEY, MOST_UNITS, STEEPEST, Question
from core.templatetags.sc import number

REGIONS = (1, 2, 4, 8)


class Slider(forms.FloatField):
    """A number that a slider and a field beside it hold together."""

    def __init__(self, label: Any, low: float, high: float, unit: Any = "%", **options: Any) -> None:
        super().__init__(label=label, min_value=low, max_value=high, required=False, **options)
        self.low, self.high, self.unit = low, high, unit


class QuestionForm(forms.Form):
    """The levers of a market, and the weeks they are pulled in."""

    first = forms.ChoiceField(label=gettext_lazy("From the week of"))
    last = forms.ChoiceField(label=gettext_lazy("to the week of"))
    price = Slider(gettext_lazy("Price"), -STEEPEST, STEEPEST)
    promotion = Slider(gettext_lazy("Part of sales on promotion"), 0, 100)
    discount = Slider(gettext_lazy("Discount on promotion"), 0, 90)
    advertising = Slider(gettext_lazy("Advertising"), -100, 300)
    sold_out = Slider(gettext_lazy("Sold out, days a week"), 0, 7, unit="")
    rival_price = Slider(gettext_lazy("Largest rival’s price"), -STEEPEST, STEEPEST)
    rival_promotion = Slider(gettext_lazy("Part of the largest rival’s sales on promotion"), 0, 100)
    advertising_amount = forms.FloatField(
        label=gettext_lazy("Advertising a week, as an amount"), min_value=0, max_value=MOST_MONEY, required=False
    )
    sold_out_from = forms.ChoiceField(label=gettext_lazy("Sold out altogether from the week of"), required=False)
    stock = forms.IntegerField(
        label=gettext_lazy("Units that can be sold at most"), min_value=0, max_value=MOST_UNITS, required=False
    )
    festival = forms.ChoiceField(label=gettext_lazy("Festival to leave out or move"), required=False)
    festival_week = forms.ChoiceField(label=gettext_lazy("Hold it in the week of"), required=False)
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
        self._offer(weeks)
        if desk.rival is None:
            del self.fields["rival_price"], self.fields["rival_promotion"]
        for driver in ("price", "promotion"):
            if driver not in desk.state.names:
                for name in (driver, f"rival_{driver}", {"promotion": "discount"}.get(driver, "")):
                    self.fields.pop(name, None)
        if "price" not in desk.state.names:
            for name in ("reaction", "discount"):
                self.fields.pop(name, None)

    def _offer(self, weeks: list[tuple[str, str]]) -> None:
        """The choices and hints of the levers beside prices; those that cannot act are not offered."""
        fields: Any = self.fields
        fields["sold_out_from"].choices = [("", pgettext("sold out from", "Never")), *weeks]
        fields["festival_week"].choices = [("", _("No other week: leave it out")), *weeks]
        learnt = [one.key for one in festivals_of(self.desk) if one.is_learnt]
        fields["festival"].choices = [("", _("None: as forecast")), *((key, occasion_name(key)) for key in learnt)]
        if not learnt:
            del fields["festival"], fields["festival_week"]
        if not advertising_by(self.desk):
            del fields["advertising"], fields["advertising_amount"]
        else:
            lately = words.amount(self.desk.spend.lately, self.desk.currency)
            fields["advertising_amount"].help_text = _("Of late %(amount)s a week.") % {"amount": lately}
        if self.desk.money.is_value and self.desk.index is None:
            del fields["stock"]
        elif self.desk.on_shelf is not None:
            fields["stock"].help_text = _("On the shelf now: %(units)s.") % {"units": number(self.desk.on_shelf)}

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
            sold_out=float(given.get("sold_out") or 0),
            sold_out_from=_week(given.get("sold_out_from")),
            advertising_amount=given.get("advertising_amount"),
            stock=given.get("stock"),
            festival=given.get("festival") or "",
            festival_week=_week(given.get("festival_week")),
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


def _week(chosen: str | None) -> date | None:
    return date.fromisoformat(chosen) if chosen else None


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
