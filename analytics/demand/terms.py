"""The terms things are ordered on: of the shop, and of single variants that have their own."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from django.db import transaction
from django.utils.translation import gettext as _

from accounts.activity.log import record
from analytics.demand.actions import reckon_again
from analytics.demand.events import DemandTermsChanged
from analytics.demand.models import DemandOutlook, DemandTerms
from analytics.demand.outlooks import terms_of_shop
from analytics.demand.rules import LONGEST_LEAD, LONGEST_REVIEW, is_level
from core.actors import Actor
from core.errors import Refused
from ecommerce.catalog.models import Variant

FIELDS = ("lead_days", "review_days", "level", "measured", "level_a", "level_b", "level_c")


def terms_of(variant: Variant) -> tuple[DemandTerms, bool]:
    """The terms a variant is ordered on, and whether they are its own."""
    own = DemandTerms.objects.filter(variant=variant).first()
    return (own, True) if own is not None else (terms_of_shop(), False)


@transaction.atomic
def set_terms(
    variant: Variant | None,
    *,
    lead_days: int,
    review_days: int,
    level: float,
    measured: bool = False,
    classes: Mapping[str, float | None] | None = None,
    actor: Actor,
) -> DemandTerms | None:
    """Order a variant, or without one the whole shop, on these terms from now on. None if they are so already.

    `level` is the share of weeks in which nobody is to be turned away, 0.5 to 0.995 in steps of half a percent.
    `classes` are the shop's levels by class ("a", "b", "c"; None: as the others); without it they stay.
    The outlook of the variant follows at once, those of a shop in the background.
    """
    _check(lead_days, review_days, [level, *(one for one in (classes or {}).values() if one is not None)])
    known = DemandTerms.objects.select_for_update().filter(variant=variant).first()
    terms = known or DemandTerms(variant=variant)
    before = {name: getattr(terms, name) for name in FIELDS} if known else dict.fromkeys(FIELDS)
    terms.lead_days, terms.review_days, terms.level, terms.measured = lead_days, review_days, round(level, 3), measured
    for name, own in (classes or {}).items() if variant is None else ():
        setattr(terms, f"level_{name}", None if own is None else round(own, 3))
    changes = {name: (old, getattr(terms, name)) for name, old in before.items() if old != getattr(terms, name)}
    if not changes:
        return None
    terms.save()
    _changed(variant, terms, changes, actor)
    return terms


@transaction.atomic
def clear_terms(variant: Variant, *, actor: Actor) -> bool:
    """Order a variant on the terms of the shop again. False if it has none of its own."""
    terms = DemandTerms.objects.select_for_update().filter(variant=variant).first()
    if terms is None:
        return False
    changes = {name: (getattr(terms, name), None) for name in FIELDS}
    terms.delete()
    _changed(variant, terms, changes, actor)
    return True


def _check(lead_days: int, review_days: int, levels: Sequence[float]) -> None:
    wrong = {}
    if not 0 <= lead_days <= LONGEST_LEAD:
        wrong["lead_days"] = _("Enter 0 to %(most)s days.") % {"most": LONGEST_LEAD}
    if not 1 <= review_days <= LONGEST_REVIEW:
        wrong["review_days"] = _("Enter 1 to %(most)s days.") % {"most": LONGEST_REVIEW}
    if not all(map(is_level, levels)):
        wrong["level"] = _("Enter a level from 50 to 99.5%, in steps of 0.5.")
    if wrong:
        raise Refused("bad_terms", _("These terms cannot be used."), **wrong)


def _changed(variant: Variant | None, terms: DemandTerms, changes: dict[str, tuple[Any, Any]], actor: Actor) -> None:
    event = DemandTermsChanged(variant_id=variant.pk if variant else 0)
    record(event, actor=actor, subject=variant or terms, changes=changes)
    if variant is not None:
        reckon_again(known_outlooks().filter(variant=variant))


def known_outlooks() -> Any:
    """Outlooks that rest on a forecast, whatever it says."""
    return DemandOutlook.objects.exclude(reason=DemandOutlook.Reason.FAILED)
