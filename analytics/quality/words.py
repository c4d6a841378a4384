"""What a part of the score is called, what is wrong with it, and where it is mended."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from django.urls import reverse
from django.utils import formats
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext, pgettext_lazy

from analytics.quality.models import ListingQuality
from analytics.quality.rules import WEIGHTS
from ecommerce.returns.models import Return

NAMES = {
    "title": gettext_lazy("Title"),
    "images": gettext_lazy("Pictures"),
    "attributes": gettext_lazy("Attributes"),
    "description": gettext_lazy("Description"),
    "price": pgettext_lazy("listing", "Price against the category"),
    "stock": gettext_lazy("Stock"),
    "returns": gettext_lazy("Returns"),
    "complaints": gettext_lazy("Complaints"),
    "rating": gettext_lazy("Rating"),
    "questions": gettext_lazy("Questions"),
}


@dataclass(frozen=True)
class Shown:
    """One part for people: points of how many, sentences, and the address and words of the link that mends it."""

    name: str
    label: Any
    points: float | None
    weight: int
    faults: list[str]
    url: str
    fix: str


def parts_of(one: ListingQuality, slug: str) -> list[Shown]:
    """The parts of a score, what costs most first."""
    shown = []
    for part in one.parts:
        name, share = part["name"], part["share"]
        weight = WEIGHTS[name]
        url, fix = _fix(name, one, slug)
        points = None if share is None else round(weight * share, 1)
        faults = [sentence(fault) for fault in part["faults"]]
        shown.append(Shown(name, NAMES[name], points, weight, faults, url if faults else "", fix))
    return sorted(shown, key=lambda part: part.points - part.weight if part.points is not None else 1)


def _fix(name: str, one: ListingQuality, slug: str) -> tuple[str, str]:
    pk = one.product_id
    if name == "images":
        return reverse("product-images", args=[slug, pk]), _("Add pictures")
    if name == "stock":
        return f"{reverse('stock-list', args=[slug])}?q={one.product.title[:60]}", _("See the stock")
    if name == "price":
        return f"{reverse('product-grid', args=[slug])}?ids={pk}", _("Change prices")
    if name == "complaints":
        return f"{reverse('complaint-list', args=[slug])}?q={one.product.title[:60]}", _("See the complaints")
    if name == "rating":
        return f"{reverse('review-list', args=[slug])}?q={one.product.title[:60]}", _("See the reviews")
    if name == "questions":
        return f"{reverse('question-list', args=[slug])}?tab=all&product={pk}", _("See the questions")
    if name == "returns":
        return f"{reverse('return-list', args=[slug])}?tab=all&state=standing&product={pk}", _("See the returns")
    return reverse("product-edit", args=[slug, pk]), _("Edit")


def sentence(fault: dict[str, Any]) -> str:
    """What is wrong and what would be right, in a sentence."""
    code = fault["code"]
    if code in _COUNTED:
        return str(_COUNTED[code](fault))
    return str(_PLAIN[code])


def _percent(part: float) -> str:
    return formats.number_format(round(100 * part, 1))


def _images_few(fault: dict[str, Any]) -> str:
    if not fault["count"]:
        return _("No picture at all. Four show it from all sides.")
    say = ngettext(
        "Only %(count)d picture. %(best)d would be good.",
        "Only %(count)d pictures. %(best)d would be good.",
        fault["count"],
    )
    return say % fault


def _images_without_words(fault: dict[str, Any]) -> str:
    say = ngettext(
        "%(count)d picture says nothing to those who cannot see it.",
        "%(count)d pictures say nothing to those who cannot see them.",
        fault["count"],
    )
    return say % fault


def _required(fault: dict[str, Any]) -> str:
    say = ngettext(
        "%(count)d required attribute is missing.", "%(count)d required attributes are missing.", fault["count"]
    )
    return say % fault


def _optional(fault: dict[str, Any]) -> str:
    say = ngettext(
        "%(count)d further attribute could be filled in.",
        "%(count)d further attributes could be filled in.",
        fault["count"],
    )
    return say % fault


def _price(fault: dict[str, Any]) -> str:
    figures = {name: formats.number_format(round(fault[name], 2), 2) for name in ("price", "usual")}
    if fault["code"] == "price_high":
        return _("At %(price)s far above the usual %(usual)s of your products in this category.") % figures
    return _("At %(price)s far below the usual %(usual)s of your products in this category.") % figures


def _returns(fault: dict[str, Any]) -> str:
    reason = str(Return.Reason(fault["reason"]).label) if fault["reason"] else "–"
    figures = {"rate": _percent(fault["rate"]), "usual": _percent(fault["usual"]), "reason": reason}
    said = _("%(rate)s%% come back, %(usual)s%% are usual. Most often: %(reason)s.") % figures
    if fault["code"] == "returns_content":
        said += " " + _("Say it more exactly in the description and show it in a picture.")
    return said


def _questions_open(fault: dict[str, Any]) -> str:
    say = ngettext(
        "%(count)d question of 90 days waits for an answer for longer than a day, of %(asked)d asked.",
        "%(count)d questions of 90 days wait for an answer for longer than a day, of %(asked)d asked.",
        fault["count"],
    )
    return say % fault


def _questions_many(fault: dict[str, Any]) -> str:
    say = ngettext(
        "%(count)d question in 90 days with %(sold)d sold: answer these questions in the description.",
        "%(count)d questions in 90 days with %(sold)d sold: answer these questions in the description.",
        fault["count"],
    )
    return say % fault


_COUNTED: dict[str, Any] = {
    "images_few": _images_few,
    "images_without_words": _images_without_words,
    "attributes_required": _required,
    "attributes_optional": _optional,
    "price_high": _price,
    "price_low": _price,
    "returns_many": _returns,
    "returns_content": _returns,
    "questions_open": _questions_open,
    "questions_many": _questions_many,
    "title_no_brand": lambda fault: _("The title does not name the brand %(brand)s.") % fault,
    "stock_short": lambda fault: (
        _("The stock lasts only %(days)s days.") % {"days": formats.number_format(fault["days"])}
    ),
    "complaints_many": lambda fault: (
        ngettext("%(count)d complaint on %(sold)d sold.", "%(count)d complaints on %(sold)d sold.", fault["count"])
        % fault
    ),
    "rating_low": lambda fault: (
        ngettext("%(rating)s stars from %(count)d review.", "%(rating)s stars from %(count)d reviews.", fault["count"])
        % fault
    ),
}
_PLAIN = {
    "title_short": gettext_lazy("The title is short: say what it is, of what, and for whom."),
    "title_long": gettext_lazy("The title is long: phones cut it off."),
    "title_shouts": gettext_lazy("The title shouts: no capitals throughout, no rows of signs."),
    "description_none": gettext_lazy("No description."),
    "description_short": gettext_lazy("The description is short: material, size, use and care help to decide."),
    "description_title": gettext_lazy("The description only repeats the title."),
    "stock_none": gettext_lazy("Sold out: nobody can buy it."),
}
