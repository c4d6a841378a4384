"""What people type about ordering."""

from __future__ import annotations

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from analytics.demand.models import DemandTerms
from analytics.demand.rules import LONGEST_LEAD, LONGEST_REVIEW

CLASS_LEVELS = ("level_a", "level_b", "level_c")
SURE_CHOICES = [("0.8", _("8 in 10")), ("0.9", _("9 in 10")), ("0.95", _("19 in 20"))]


def _class_level(label: Any) -> forms.TypedChoiceField:
    choices = [("", _("As the others")), *SURE_CHOICES]
    return forms.TypedChoiceField(label=label, choices=choices, coerce=float, empty_value=None, required=False)


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
    level = forms.TypedChoiceField(
        label=_("How sure do you want to be not to run out?"),
        choices=SURE_CHOICES,
        coerce=float,
        widget=forms.RadioSelect,
        help_text=_("The surer, the more is ordered and the more may be left over."),
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
        initial = {name: getattr(terms, name) for name in ("lead_days", "review_days", "measured")}
        initial |= {
            name: "" if (own := getattr(terms, name)) is None else f"{own:g}" for name in ("level", *CLASS_LEVELS)
        }
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
