"""The risk reasons as sentences, for moderators."""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, gettext_noop, ngettext

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

# Why a review is hidden or is to be changed. They are kept in English and translated where they are shown.
GROUNDS: dict[str, str] = {
    "advertising": gettext_noop("It advertises, or links to another site."),
    "contact": gettext_noop("It holds contact data."),
    "copied": gettext_noop("The same text stands under other products."),
    "not_bought": gettext_noop("There is no sign that the author bought the product."),
    "personal": gettext_noop("It names or shows a person who has not agreed to it."),
    "insult": gettext_noop("It insults or threatens somebody."),
    "off_topic": gettext_noop("It is not about the product or the order."),
}
_LIKELY = {
    "link": "advertising",
    "contact": "contact",
    "copy": "copied",
    "near_copy": "copied",
    "author_burst": "not_bought",
    "product_burst": "not_bought",
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


def likely_ground(review: Review) -> str:
    """The ground that fits the heaviest risk reason, to begin with; "" where none does."""
    codes = [reason.code for reason in reasons_of(review)]
    return next((_LIKELY[code] for code in codes if code in _LIKELY), "")


def spoken(reason: str) -> list[str]:
    """A kept moderation reason line by line in the reader's language; a moderator's own words stay as they are."""
    return [_(line) for line in reason.splitlines() if line.strip()]


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
