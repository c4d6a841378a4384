"""Names people recognise promotions by, and what the market lets one say of a share."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date
from typing import Any

from django.utils import formats
from django.utils.translation import gettext as _
from django.utils.translation import pgettext

from accounts.merchants.models import Merchant
from analytics.calendar.surroundings import calendar_of
from analytics.calendar.words import occasion_name
from analytics.forecasts.rules import significant
from analytics.promotions.models import Promotion
from analytics.promotions.queries import names_of
from core.templatetags.sc import money_short, number
from ecommerce.catalog.models import Variant

LONGEST_TITLE = 50


def cleared(figures: Mapping[str, Any], currency: str) -> str:
    """What a clearance is expected to sell of its stock, and what that brings (drafting.clearance_of)."""
    counts = [number(significant(value)) for value in figures["units"]]
    values = dict(zip(("low", "middle", "high"), counts, strict=True)) | {
        "left": number(figures["left"]),
        "usual": number(significant(figures["usual"])),
    }
    said = _("About %(middle)s of %(left)s units in stock are sold (most likely %(low)s to %(high)s), %(usual)s "
             "without it.") % values  # fmt: skip
    if figures["revenue"] is None:
        return said
    low, middle, high = (money_short(value, currency) for value in figures["revenue"])
    brings = _("They bring %(middle)s (most likely %(low)s to %(high)s).")
    return f"{said} {brings % {'low': low, 'middle': middle, 'high': high}}"


def name_them(promotions: Sequence[Promotion], merchant: Merchant) -> None:
    """Give each promotion its `name`: a plan's title, else what was cheaper, by how much and when.

    Three queries for all together: products, own events, festivals followed.
    """
    found = [one for one in promotions if one.kind == Promotion.Kind.FOUND]
    names = names_of([one.variants[0] for one in found if len(one.variants) == 1])
    festivals = _festival_days(merchant, found)
    for one in promotions:
        one.name = one.title
    for one in found:
        values = {
            "what": _what(one, names),
            "cut": round(one.depth),
            "days": days_name(one.first_day, one.last_day, merchant.today()),
        }
        key = next((key for key, day in festivals if one.first_day <= day <= one.last_day), None)
        if key is None:
            one.name = pgettext("promotion", "%(what)s −%(cut)s%%, %(days)s") % values
        else:
            values["festival"] = occasion_name(key)
            one.name = pgettext("promotion", "%(what)s −%(cut)s%%, %(festival)s, %(days)s") % values


def _what(one: Promotion, names: dict[int, Variant]) -> str:
    variant = names.get(one.variants[0]) if len(one.variants) == 1 else None
    if variant is not None:
        title = variant.full_title
        return title if len(title) <= LONGEST_TITLE else f"{title[: LONGEST_TITLE - 1].rstrip()}…"
    return one.category.label if one.category else _("Without a category")


def _festival_days(merchant: Merchant, found: Sequence[Promotion]) -> list[tuple[str, date]]:
    """The days of festivals and events that the shop follows, by their keys."""
    if not found:
        return []
    first, last = min(one.first_day for one in found), max(one.last_day for one in found)
    occasions, _closed = calendar_of(merchant, first, last, merchant.today())
    return [(one.key, day) for one in occasions for day in one.between(first, last)]


def days_name(first: date, last: date, today: date) -> str:
    """A span as one says it: 3–9 Jun, 28 May – 3 Jun, 3–9 Jun 2025."""
    if (first.year, first.month) == (last.year, last.month):
        values = {
            "first": first.day,
            "last": last.day,
            "month": formats.date_format(first, pgettext("format of a month", "M")),
        }
        said = pgettext("days of one month", "%(first)s–%(last)s %(month)s") % values
    else:
        said = " – ".join(formats.date_format(day, "MONTH_DAY_FORMAT") for day in (first, last))
    if last.year == today.year:
        return said
    return pgettext("days of another year", "%(days)s %(year)s") % {"days": said, "year": last.year}
