"""What people type about ordering."""

from __future__ import annotations

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from analytics.demand.models import DemandTerms
from analytics.demand.rules import LONGEST_LEAD, LONGEST_REVIEW


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
        choices=[("0.8", _("8 in 10")), ("0.9", _("9 in 10")), ("0.95", _("19 in 20"))],
        coerce=float,
        widget=forms.RadioSelect,
        help_text=_("The surer, the more is ordered and the more may be left over."),
    )

    @classmethod
    def of(cls, terms: DemandTerms, data: Any = None) -> TermsForm:
        """The form with the terms as they are."""
        initial = {"lead_days": terms.lead_days, "review_days": terms.review_days, "level": f"{terms.level:g}"}
        return cls(data, initial=initial)
