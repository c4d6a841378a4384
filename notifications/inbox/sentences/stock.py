"""What is said of stock and purchasing."""

from __future__ import annotations

from decimal import Decimal

from django.utils.translation import gettext, ngettext

from core.figures import percent
from notifications.inbox.sentences import Params, Words, amount, count, day


def stock_low(p: Params) -> Words:
    values = {"product": p["product"], "sku": p["sku"], "units": p["units"], "pace": p["pace"]}
    if p["units"] <= 0:
        return (
            gettext("%(product)s is sold out") % values,
            gettext("%(sku)s. About %(pace)s a day were sold over the last 28 days.") % values,
        )
    return (
        gettext("%(product)s will run out about %(day)s") % {**values, "day": day(p["day"])},
        ngettext(
            "%(sku)s. %(units)d unit is left, and about %(pace)s a day are sold.",
            "%(sku)s. %(units)d units are left, and about %(pace)s a day are sold.",
            p["units"],
        )
        % values,
    )


def stock_low_many(p: Params) -> Words:
    title = ngettext("%(count)d product will run out soon", "%(count)d products will run out soon", p["count"])
    values = {"count": p["count"], "product": p["product"], "day": day(p["day"])}
    return title % values, gettext("First %(product)s, about %(day)s.") % values


def lot_expiring(p: Params) -> Words:
    values = {"count": p["count"], "lot": p["lot"], "product": p["product"], "day": day(p["day"]), "units": p["units"]}
    if p["count"] > 1:
        title = ngettext("%(count)d lot expires soon", "%(count)d lots expire soon", p["count"])
        return title % values, gettext("First lot %(lot)s of %(product)s, on %(day)s.") % values
    left = ngettext("%(units)d unit of it is left.", "%(units)d units of it are left.", p["units"]) % values
    if p["expired"]:
        return gettext("Lot %(lot)s of %(product)s has expired on %(day)s") % values, left
    return gettext("Lot %(lot)s of %(product)s expires on %(day)s") % values, left


def transfer_coming(p: Params) -> Words:
    values = {"number": p["number"], "units": p["units"]}
    title = ngettext(
        "Transfer %(number)s with %(units)d unit is on its way",
        "Transfer %(number)s with %(units)d units is on its way",
        p["units"],
    )
    return title % values, gettext("Count it when it arrives; until then it is in neither warehouse.")


def transfer_short(p: Params) -> Words:
    values = {"number": p["number"], "units": p["units"], "received": p["received"], "lost": p["units"] - p["received"]}
    title = ngettext(
        "%(lost)d unit of transfer %(number)s did not arrive",
        "%(lost)d units of transfer %(number)s did not arrive",
        values["lost"],
    )
    body = gettext("%(received)d of %(units)d came. The rest left the books as a loss.")
    return title % values, body % values


def count_open(p: Params) -> Words:
    values = {"number": p["number"], "lines": p["lines"]}
    body = ngettext("%(lines)d variant is to be counted.", "%(lines)d variants are to be counted.", p["lines"])
    return gettext("Stock count %(number)s was started") % values, body % values


def count_booked(p: Params) -> Words:
    values = {"number": p["number"], "lines": p["lines"], "found": count(p["found"]), "missing": count(p["missing"])}
    title = ngettext(
        "Stock count %(number)s changed the stock of %(lines)d variant",
        "Stock count %(number)s changed the stock of %(lines)d variants",
        p["lines"],
    )
    return title % values, gettext("Units found: %(found)s. Units missing: %(missing)s.") % values


def purchase_late(p: Params) -> Words:
    values = {"count": p["count"], "number": p["number"], "supplier": p["supplier"], "day": day(p["day"])}
    if p["count"] == 1:
        return (
            gettext("Purchase order %(number)s is late") % values,
            gettext("%(supplier)s should have delivered by %(day)s. Ask when it comes.") % values,
        )
    title = ngettext("%(count)d purchase order is late", "%(count)d purchase orders are late", p["count"])
    body = gettext("The oldest, %(number)s of %(supplier)s, should have come by %(day)s.")
    return title % values, body % values


def purchase_arrived(p: Params) -> Words:
    values = {"number": p["number"], "units": p["accepted"], "supplier": p["supplier"]}
    title = ngettext(
        "%(units)d unit of purchase order %(number)s is in stock",
        "%(units)d units of purchase order %(number)s are in stock",
        p["accepted"],
    )
    if p["whole"]:
        return title % values, gettext("From %(supplier)s. Everything has come.") % values
    return title % values, gettext("From %(supplier)s. The rest is still to come.") % values


def purchase_damaged(p: Params) -> Words:
    values = {
        "number": p["number"], "damaged": p["damaged"], "all": p["accepted"] + p["damaged"], "supplier": p["supplier"],
    }  # fmt: skip
    title = ngettext(
        "%(damaged)d unit of purchase order %(number)s arrived damaged",
        "%(damaged)d units of purchase order %(number)s arrived damaged",
        p["damaged"],
    )
    return title % values, gettext("Of %(all)d from %(supplier)s. Ask for new ones or for the money.") % values


def supplier_price(p: Params) -> Words:
    before, now = Decimal(p["before"]), Decimal(p["price"])
    values = {
        "supplier": p["supplier"],
        "sku": p["sku"],
        "percent": percent(float(abs(now - before) / before)),
        "before": amount(p["before"], p["currency"]),
        "price": amount(p["price"], p["currency"]),
        "day": day(p["valid_from"]),
    }
    if now > before:
        title = gettext("%(supplier)s asks %(percent)s more for %(sku)s")
    else:
        title = gettext("%(supplier)s asks %(percent)s less for %(sku)s")
    return title % values, gettext("%(price)s from %(day)s on, until now %(before)s.") % values
