"""What is said of products that stand out."""

from __future__ import annotations

from django.utils.translation import gettext, ngettext

from analytics.lifecycle.models import Stage
from notifications.inbox.sentences import Params, Words, count


def signed(percent: int) -> str:
    return f"+{percent}" if percent > 0 else f"−{abs(percent)}" if percent else "0"


def product_behind(p: Params) -> Words:
    if p["count"] > 1:
        title = ngettext("%(count)d product falls behind", "%(count)d products fall behind", p["count"])
        return title % {"count": p["count"]}, _first(p)
    title = gettext("%(product)s falls behind") % {"product": p["product"]}
    if p["stage"] == Stage.END:
        body = ngettext("Nothing was sold for %(days)d day.", "Nothing was sold for %(days)d days.", p["idle"])
        return title, body % {"days": p["idle"]}
    return title, _against_the_shop(p)


def product_growing(p: Params) -> Words:
    if p["count"] > 1:
        title = ngettext("%(count)d product grows", "%(count)d products grow", p["count"])
        return title % {"count": p["count"]}, _first(p)
    return gettext("%(product)s grows") % {"product": p["product"]}, _against_the_shop(p)


def _first(p: Params) -> str:
    return gettext("%(product)s sells the most of them.") % {"product": p["product"]}


def _against_the_shop(p: Params) -> str:
    values = {"units": count(p["units"]), "before": count(p["units_before"])}
    if p["percent"] is None:
        return gettext("Units of 90 days: %(units)s, and %(before)s in the 90 days before.") % values
    body = gettext(
        "Units of 90 days: %(units)s, and %(before)s in the 90 days before. Against the rest of the shop:"
        " %(percent)s%%."
    )
    return body % {**values, "percent": signed(p["percent"])}
