"""What people type about ordering."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from analytics.demand.models import DemandTerms
from analytics.demand.rules import (
    LEAST_LEVEL,
    LEVEL_STEP,
    LONGEST_LEAD,
    LONGEST_REVIEW,
    MOST_LEVEL,
    level_key,
)

CLASS_LEVELS = ("level_a", "level_b", "level_c")


class LevelField(forms.DecimalField):
    """A service level, typed in percent; what it cleans to is a share of one."""

    def __init__(self, **options: Any) -> None:
        limits = (Decimal(str(one)) for one in (LEAST_LEVEL, MOST_LEVEL, LEVEL_STEP))
        options["min_value"], options["max_value"], options["step_size"] = limits
        super().__init__(**options)

    def prepare_value(self, value: Any) -> Any:
        return level_key(value) if isinstance(value, float) else value

    def clean(self, value: Any) -> float | None:  # type: ignore[override]
        percent = super().clean(value)
        return None if percent is None else float(percent / 100)


def _class_level(label: Any) -> LevelField:
    return LevelField(label=label, required=False, help_text=_("In percent; empty: as the others."))


class TermsForm(forms.Form):
    """The terms of a variant or of the shop."""

    lead_days = forms.IntegerField(
        label=_("Days until a delivery"),
        min_value=0,
        max_value=LONGEST_LEAD,
        help_text=_("From the order to the shelf."),
    )
    review_days = forms.IntegerField(
        label=_("Days from one order to the next"),
        min_value=1,
        max_value=LONGEST_REVIEW,
        help_text=_("A delivery has to last until the one after it."),
    )
    level = LevelField(
        label=_("How sure do you want to be not to run out?"),
        help_text=_(
            "In percent of weeks, 50 to 99.5. The surer, the more is ordered and the more may be left over. What is"
            " needed beyond 97.5 is estimated from the shape of the forecast; no past forecast can be held against it."
        ),
    )
    measured = forms.BooleanField(
        label=_("Use the days that deliveries really took"),
        required=False,
        help_text=_("From three deliveries of its supplier on; the days above count until then."),
    )
    level_a = _class_level(_("Class A: the most valuable"))
    level_b = _class_level(_("Class B"))
    level_c = _class_level(_("Class C: the long tail"))

    @classmethod
    def of(cls, terms: DemandTerms, data: Any = None, *, of_shop: bool = False) -> TermsForm:
        """The form with the terms as they are; classes by value have levels of their own in those of the shop."""
        named = ("lead_days", "review_days", "measured", "level", *CLASS_LEVELS)
        initial = {name: getattr(terms, name) for name in named}
        form = cls(data, initial=initial)
        if not of_shop:
            for name in CLASS_LEVELS:
                del form.fields[name]
        return form

    def terms(self) -> dict[str, Any]:
        """What set_terms() takes."""
        clean = dict(self.cleaned_data)
        classes = {name[-1]: clean.pop(name) for name in CLASS_LEVELS if name in clean}
        return clean | {"classes": classes or None}
