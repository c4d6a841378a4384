"""The risk reasons as sentences, for moderators."""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext

from ecommerce.reviews import rules
from ecommerce.reviews.models import Review

REASONS: dict[str, Any] = {
    "link": gettext_lazy("Link to another site"),
    "contact": gettext_lazy("Contact data in the text"),
    "copy": gettext_lazy("The same text elsewhere"),
    "near_copy": gettext_lazy("Nearly the same text elsewhere"),
    "author_burst": gettext_lazy("Many reviews by this author"),
    "product_burst": gettext_lazy("Many reviews of this product"),
    "rating_far": gettext_lazy("Rating far from the usual"),
    "unverified": gettext_lazy("Not a verified purchase"),
    "shouting": gettext_lazy("Capitals or repeated characters"),
    "generic": gettext_lazy("Very short or stock phrases"),
}


@dataclass(frozen=True)
class Reason:
    """A risk reason in words. `percent` is its share of the heaviest weight, for the bar."""

    code: str
    label: Any
    detail: str
    strength: str
    weight: Decimal
    percent: int


def reasons_of(review: Review) -> list[Reason]:
    """The reasons that are kept with the review; rows that keep only codes take today's weights."""
    reasons = []
    for kept in review.risk_reasons:
        row: dict[str, Any] = kept if isinstance(kept, dict) else {"code": str(kept)}
        code = row.get("code", "")
        weight = Decimal(str(row.get("weight", rules.WEIGHTS.get(code, 0))))
        reasons.append(
            Reason(
                code=code,
                label=REASONS.get(code, code),
                detail=_detail(code, row.get("facts", {})),
                strength=_strength(weight),
                weight=weight,
                percent=round(100 * float(weight) / float(max(rules.WEIGHTS.values()))),
            )
        )
    return reasons


def _strength(weight: Decimal) -> str:
    if weight >= rules.HOLD_AT:
        return _("enough to hold it")
    if weight >= Decimal("0.35"):
        return _("strong sign")
    return _("sign") if weight >= Decimal("0.20") else _("weak sign")


def _detail(code: str, facts: dict[str, Any]) -> str:
    """What was found, in a few words; "" where the label says it all or the facts are not kept."""
    try:
        match code:
            case "link" | "contact":
                return str(facts["found"])
            case "copy" | "near_copy":
                return ngettext(
                    "%(percent)s%% alike, in %(shops)s shop",
                    "%(percent)s%% alike, in %(shops)s shops",
                    facts["shops"],
                ) % {"percent": facts["percent"], "shops": facts["shops"]}
            case "author_burst":
                return _("%(count)s in %(hours)s hours") % facts
            case "product_burst":
                return _("%(count)s in %(hours)s hours, usually %(usual)s") % facts
            case "rating_far":
                return _("%(rating)s stars, usually %(usual)s") % facts
    except (KeyError, TypeError, ValueError):
        return ""
    return ""
