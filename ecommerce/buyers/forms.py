"""What buyers fill in."""

from __future__ import annotations

from collections.abc import Sequence
from decimal import Decimal
from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from core.money import LARGEST
from core.validators import no_card_number
from ecommerce.catalog.models import Product
from ecommerce.complaints.models import Complaint
from ecommerce.reviews.actions import LONGEST_TEXT, LONGEST_TITLE

STARS = [
    ("5", pgettext_lazy("stars", "5 – very good")),
    ("4", pgettext_lazy("stars", "4 – good")),
    ("3", pgettext_lazy("stars", "3 – all right")),
    ("2", pgettext_lazy("stars", "2 – poor")),
    ("1", pgettext_lazy("stars", "1 – bad")),
]
MAYBE_STARS = [("", _("No answer")), *STARS]


def _stars(label: Any) -> forms.TypedChoiceField:
    return forms.TypedChoiceField(label=label, choices=MAYBE_STARS, coerce=int, empty_value=None, required=False)


class ReviewForm(forms.Form):
    """A review of one product of the order, new or changed."""

    rating = forms.TypedChoiceField(label=_("Your rating"), choices=STARS, coerce=int, widget=forms.RadioSelect)
    text = forms.CharField(
        label=_("What you would tell a friend"),
        required=False,
        max_length=LONGEST_TEXT,
        validators=[no_card_number],
        widget=forms.Textarea(attrs={"rows": 5}),
    )
    title = forms.CharField(label=_("Heading"), required=False, max_length=LONGEST_TITLE, validators=[no_card_number])
    quality_rating = _stars(_("Quality"))
    service_rating = _stars(_("Service"))
    delivery_rating = _stars(_("Delivery"))
    is_anonymous = forms.BooleanField(label=_("Show only the first letter of my name"), required=False)


class ReturnRatingForm(forms.Form):
    """How well the shop handled a return."""

    rating = forms.TypedChoiceField(
        label=_("How well did the shop handle it?"), choices=STARS, coerce=int, widget=forms.RadioSelect
    )
    words = forms.CharField(
        label=_("In your words"),
        required=False,
        max_length=500,
        validators=[no_card_number],
        widget=forms.Textarea(attrs={"rows": 2}),
    )


class RevisedReviewForm(ReviewForm):
    """A review that its author was asked to change; its parts stay as they are."""

    quality_rating = service_rating = delivery_rating = None  # type: ignore[assignment]


class ComplaintForm(forms.Form):
    """What went wrong with an order."""

    topic = forms.ChoiceField(
        label=_("What went wrong"), choices=[("", _("Choose")), *Complaint.Topic.choices], initial=""
    )
    product = forms.ModelChoiceField(
        label=_("Which product"), queryset=Product.objects.none(), required=False, empty_label=_("The whole order")
    )
    text = forms.CharField(
        label=_("What happened"),
        max_length=5000,
        validators=[no_card_number],
        widget=forms.Textarea(attrs={"rows": 6}),
        help_text=_("Say what you expected and what you got. The shop answers within 24 hours."),
    )
    refund_asked = forms.DecimalField(
        label=_("Refund you ask for"), required=False, min_value=Decimal(0), max_value=LARGEST, decimal_places=2
    )

    def __init__(self, *args: Any, products: Sequence[Product], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        chosen: Any = self.fields["product"]
        chosen.queryset = Product.objects.filter(pk__in=[product.pk for product in products]).order_by("title", "pk")


class WordsForm(forms.Form):
    """One more message in a complaint."""

    text = forms.CharField(
        label=_("Your message"),
        max_length=5000,
        validators=[no_card_number],
        widget=forms.Textarea(attrs={"rows": 4}),
    )


class DoubtForm(forms.Form):
    """Why the buyer wants the platform to decide; may stay empty."""

    text = forms.CharField(
        label=_("Why the answer does not settle it"),
        required=False,
        max_length=5000,
        validators=[no_card_number],
        widget=forms.Textarea(attrs={"rows": 3}),
    )
