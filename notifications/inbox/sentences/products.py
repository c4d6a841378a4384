"""What is said of products that stand out."""

from __future__ import annotations

from django.utils.translation import gettext, ngettext

from analytics.lifecycle.models import Stage
from core.figures import percent
from core.templatetags.sc import number
from notifications.inbox.sentences import Params, Words, count


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
        "Units of 90 days: %(units)s, and %(before)s in the 90 days before. Against the rest of the shop: %(percent)s."
    )
    return body % {**values, "percent": percent(p["percent"] / 100, sign=True)}


def product_praised(p: Params) -> Words:
    if p["count"] > 1:
        title = ngettext(
            "%(count)d product is praised and rising", "%(count)d products are praised and rising", p["count"]
        )
        return title % {"count": p["count"]}, gettext("%(product)s is the first of them.") % {"product": p["product"]}
    values = {
        "product": p["product"],
        "stars": number(p["rating"], 1),
        "reviews": p["reviews"],
        "percent": percent(p["percent"] / 100, sign=True),
    }
    body = ngettext(
        "%(stars)s stars from %(reviews)d review in 30 days. Sales forecast for the next 28 days: %(percent)s.",
        "%(stars)s stars from %(reviews)d reviews in 30 days. Sales forecast for the next 28 days: %(percent)s.",
        p["reviews"],
    )
    return gettext("%(product)s is praised and rising") % values, body % values


def complaints_burst(p: Params) -> Words:
    values = {
        "product": p["product"],
        "sku": p["sku"],
        "cases": p["cases"],
        "expected": number(p["expected"], 1),
    }
    title = ngettext(
        "%(product)s: %(cases)d complaint or return for defects in seven days",
        "%(product)s: %(cases)d complaints and returns for defects in seven days",
        p["cases"],
    )
    if p["sku"]:
        body = gettext("Usual would be %(expected)s. Most are about %(sku)s. Look at the goods before more are sent.")
    else:
        body = gettext("Usual would be %(expected)s. Look at the goods before more are sent.")
    return title % values, body % values
