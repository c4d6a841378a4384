"""What each kind of notification says, from its stored figures, in the language and time zone of the reader.

Every function takes the params of a notification and returns (title, line below). Amounts come as decimal strings with
their currency, moments and days as ISO.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date, datetime
from decimal import Decimal
from math import floor, log10
from typing import Any

from django.utils import formats, timezone
from django.utils.translation import gettext, ngettext

from accounts.members.models import BuiltInRole
from analytics.forecasts.models import Measure
from core.templatetags.sc import money
from ecommerce.complaints.models import Complaint
from ecommerce.fulfilment.models import ParcelCase
from ecommerce.returns.models import Return

Params = Mapping[str, Any]
Words = tuple[str, str]


def _amount(value: str, currency: str) -> str:
    return money(Decimal(value), currency)


def _moment(iso: str) -> str:
    return formats.date_format(timezone.localtime(datetime.fromisoformat(iso)), "SHORT_DATETIME_FORMAT")


def _day(iso: str) -> str:
    return formats.date_format(date.fromisoformat(iso), "SHORT_DATE_FORMAT")


def _role(name: str) -> str:
    return str(dict(BuiltInRole.choices).get(name, name))


def order_new(p: Params) -> Words:
    title = ngettext("%(count)d new order on %(day)s", "%(count)d new orders on %(day)s", p["count"])
    body = gettext("%(total)s in all. The newest is %(number)s.")
    return (
        title % {"count": p["count"], "day": _day(p["day"])},
        body % {"total": _amount(p["total"], p["currency"]), "number": p["number"]},
    )


def order_to_ship(p: Params) -> Words:
    title = ngettext("%(count)d order must ship today", "%(count)d orders must ship today", p["count"])
    if p["late"]:
        body = ngettext(
            "%(late)d of them is late already. Begin with %(number)s.",
            "%(late)d of them are late already. Begin with %(number)s.",
            p["late"],
        )
    else:
        body = gettext("The first, %(number)s, is due by %(due)s.")
    return (
        title % {"count": p["count"]},
        body % {"late": p["late"], "number": p["number"], "due": _moment(p["due"])},
    )


def parcel_cases(p: Params) -> Words:
    values = {"count": p["count"], "carrier": p["carrier"] or gettext("unknown carrier")}
    title = ngettext(
        "%(count)d parcel of %(carrier)s needs you", "%(count)d parcels of %(carrier)s need you", p["count"]
    )
    reason = dict(ParcelCase.Reason.choices).get(p["reason"], "")
    return title % values, gettext("Most often: %(reason)s. Buyers are waiting.") % {"reason": reason}


def order_late(p: Params) -> Words:
    values = {"count": p["count"], "number": p["number"], "due": _moment(p["due"])}
    if p["count"] == 1:
        return (
            gettext("Order %(number)s is late") % values,
            gettext("It should have left by %(due)s. The buyer is waiting.") % values,
        )
    return (
        ngettext("%(count)d order is late", "%(count)d orders are late", p["count"]) % values,
        gettext("The oldest, %(number)s, should have left by %(due)s.") % values,
    )


def payment_failed(p: Params) -> Words:
    values = {"number": p["number"], "amount": _amount(p["amount"], p["currency"]), "reason": p["reason"]}
    body = gettext("%(amount)s did not come in: %(reason)s") if p["reason"] else gettext("%(amount)s did not come in.")
    return gettext("The payment for order %(number)s failed") % values, body % values


def order_short(p: Params) -> Words:
    values = {"number": p["number"], "units": p["units"]}
    title = ngettext(
        "Order %(number)s was paid, but %(units)d item is not in stock",
        "Order %(number)s was paid, but %(units)d items are not in stock",
        p["units"],
    )
    if p["outcome"] == "refuse":
        return title % values, gettext(
            "It is cancelled and refunded. The money goes back through the payment provider."
        )
    return title % values, gettext("It is on hold. Release it when the stock is there, or cancel and refund it.")


def stock_low(p: Params) -> Words:
    values = {"product": p["product"], "sku": p["sku"], "units": p["units"], "pace": p["pace"]}
    if p["units"] <= 0:
        return (
            gettext("%(product)s is sold out") % values,
            gettext("%(sku)s. About %(pace)s a day were sold over the last 28 days.") % values,
        )
    return (
        gettext("%(product)s will run out about %(day)s") % {**values, "day": _day(p["day"])},
        ngettext(
            "%(sku)s. %(units)d unit is left, and about %(pace)s a day are sold.",
            "%(sku)s. %(units)d units are left, and about %(pace)s a day are sold.",
            p["units"],
        )
        % values,
    )


def stock_low_many(p: Params) -> Words:
    title = ngettext("%(count)d product will run out soon", "%(count)d products will run out soon", p["count"])
    values = {"count": p["count"], "product": p["product"], "day": _day(p["day"])}
    return title % values, gettext("First %(product)s, about %(day)s.") % values


def review_low(p: Params) -> Words:
    if p["product"]:
        title = ngettext(
            "%(stars)d star of five for %(product)s", "%(stars)d stars of five for %(product)s", p["stars"]
        )
    else:
        title = ngettext("A review of %(stars)d star", "A review of %(stars)d stars", p["stars"])
    title %= {"stars": p["stars"], "product": p["product"]}
    if p["verified"]:
        return title, gettext("From somebody who bought it. A reply within a day is read by the next buyers too.")
    return title, gettext("A reply within a day is read by the next buyers too.")


def complaint_opened(p: Params) -> Words:
    values = _complaint(p)
    body = gettext("%(topic)s. Answer by %(due)s, or the platform decides.")
    if p.get("refund"):
        body = gettext("%(topic)s, %(refund)s asked back. Answer by %(due)s, or the platform decides.")
    return gettext("Complaint %(number)s was opened") % values, body % values


def complaint_due(p: Params) -> Words:
    values = _complaint(p)
    return (
        gettext("Complaint %(number)s must be answered by %(due)s") % values,
        gettext("%(topic)s. After that the platform decides without you.") % values,
    )


def _complaint(p: Params) -> dict[str, str]:
    return {
        "number": p["number"],
        "topic": str(dict(Complaint.Topic.choices).get(p["topic"], p["topic"])),
        "due": _moment(p["due"]),
        "refund": _amount(p["refund"], p["currency"]) if p.get("refund") else "",
    }


def return_requested(p: Params) -> Words:
    values = _return(p)
    title = ngettext(
        "%(units)d item of order %(order)s is to come back",
        "%(units)d items of order %(order)s are to come back",
        p["units"],
    )
    return title % {**values, "units": p["units"]}, gettext("Answer return %(number)s by %(due)s.") % values


def return_due(p: Params) -> Words:
    values = _return(p)
    if p["state"] == Return.State.RECEIVED:
        title = gettext("Return %(number)s must be settled by %(due)s")
        return title % values, gettext("The goods of order %(order)s are here and the buyer waits.") % values
    if p["state"] == Return.State.REPAIRING:
        title = gettext("The repair of return %(number)s must be on its way by %(due)s")
        return title % values, gettext("The buyer of order %(order)s waits for the goods.") % values
    title = gettext("Return %(number)s must be answered by %(due)s")
    return title % values, gettext("The buyer of order %(order)s waits for a yes or no.") % values


def return_late(p: Params) -> Words:
    values = _return(p)
    if p["state"] == Return.State.RECEIVED:
        title = gettext("Return %(number)s should have been settled by %(due)s")
        return title % values, gettext("The goods of order %(order)s are here and the buyer waits.") % values
    if p["state"] == Return.State.REPAIRING:
        title = gettext("The repair of return %(number)s should have been on its way by %(due)s")
        return title % values, gettext("The buyer of order %(order)s waits for the goods.") % values
    title = gettext("Return %(number)s should have been answered by %(due)s")
    return title % values, gettext("The buyer of order %(order)s waits for a yes or no.") % values


def return_escalated(p: Params) -> Words:
    values = _return(p)
    title = gettext("Return %(number)s is more than a day late")
    if p["state"] == Return.State.RECEIVED:
        said = gettext("The goods of order %(order)s are here; the return should have been settled by %(due)s.")
    elif p["state"] == Return.State.REPAIRING:
        said = gettext("The goods of order %(order)s should have been repaired and on their way by %(due)s.")
    else:
        said = gettext("The buyer of order %(order)s should have had a yes or no by %(due)s.")
    return title % values, said % values


def return_reopened(p: Params) -> Words:
    values = {**_return(p), "replacement": p["replacement"]}
    return (
        gettext("Return %(number)s must be settled again by %(due)s") % values,
        gettext("Its replacement, order %(replacement)s, was called off.") % values,
    )


def _return(p: Params) -> dict[str, str]:
    return {"number": p["number"], "order": p["order"], "due": _moment(p["due"])}


def member_invited(p: Params) -> Words:
    values = {"by": p["by"], "role": _role(p["role"])}
    return (
        gettext("%(by)s invited somebody to the team") % values,
        gettext("As %(role)s. The invitation is open for two weeks.") % values,
    )


def member_joined(p: Params) -> Words:
    values = {"name": p["name"], "role": _role(p["role"])}
    return gettext("%(name)s joined the team") % values, gettext("As %(role)s.") % values


def sign_in(p: Params) -> Words:
    values = {"device": p["device"], "at": _moment(p["at"])}
    return (
        gettext("New sign-in to your account"),
        gettext("%(device)s, %(at)s. If this was not you, end that session and change your password.") % values,
    )


_SECURITY = {
    "people.password_changed": lambda: gettext("Your password was changed"),
    "people.second_factor_on": lambda: gettext("Your second factor was turned on"),
    "people.second_factor_off": lambda: gettext("Your second factor was turned off"),
    "people.recovery_codes_made": lambda: gettext("New recovery codes were made for your account"),
}


def security_changed(p: Params) -> Words:
    title = _SECURITY[p["what"]]()
    body = gettext("%(at)s. If this was not you, reset your password at once.")
    return title, body % {"at": _moment(p["at"])}


def token_created(p: Params) -> Words:
    values = {"name": p["name"], "by": p["by"]}
    return (
        gettext("API token “%(name)s” was created") % values,
        gettext("By %(by)s. Whoever has it may do what its scopes allow; revoke it if nobody needs it.") % values,
    )


def import_finished(p: Params) -> Words:
    values = {
        "file": p["file"],
        "created": formats.number_format(p["created"], force_grouping=True),
        "updated": formats.number_format(p["updated"], force_grouping=True),
        "bad": formats.number_format(p["bad"], force_grouping=True),
    }
    if p["failed"]:
        return gettext("The import of %(file)s failed") % values, gettext("Nothing was changed. See what went wrong.")
    body = gettext("Orders: %(created)s new, %(updated)s brought up to date. Rows left out: %(bad)s.")
    return gettext("The import of %(file)s is finished") % values, body % values


def _about(value: float, currency: str) -> str:
    """An expected amount, in three significant digits: a forecast knows no cents."""
    digits = 2 - floor(log10(abs(value))) if abs(value) >= 1 else 2
    rounded = Decimal(str(round(value, min(digits, 0))))
    return money(rounded, currency).removesuffix(".00")


def promise_judged(p: Params) -> Words:
    low, high, share = (f"{100 * p[name]:.1f}%" for name in ("low", "high", "share"))
    values = {"name": p["name"], "category": p["category"], "low": low, "high": high, "share": share}
    title = gettext("“%(name)s” kept its promise") if p["inside"] else gettext("“%(name)s” missed its promise")
    if p["as_planned"]:
        body = gettext("%(category)s: your share came to %(share)s; promised was %(low)s to %(high)s.")
    else:
        body = gettext("%(category)s: your share came to %(share)s; promised was %(low)s to %(high)s. The plan was not "
                       "carried out as assumed.")  # fmt: skip
    return title % values, body % values


def forecast_ready(p: Params) -> Words:
    if p["refused"]:
        return gettext("A forecast could not be made"), gettext("See what is missing and what would change it.")
    if p["measure"] == Measure.SALES_VALUE:
        title = gettext("The sales forecast is ready")
        low, high = _about(p["low"], p["currency"]), _about(p["high"], p["currency"])
    else:
        title = gettext("The forecast of orders is ready")
        low, high = _count(p["low"]), _count(p["high"])
    body = ngettext(
        "Most likely %(low)s to %(high)s over the next %(days)d day, from sales up to %(day)s.",
        "Most likely %(low)s to %(high)s over the next %(days)d days, from sales up to %(day)s.",
        p["days"],
    )
    return title, body % {"low": low, "high": high, "days": p["days"], "day": _day(p["day"])}


def _count(value: float) -> str:
    return formats.number_format(round(value), force_grouping=True)


def forecast_drift(p: Params) -> Words:
    titles = {
        "sales_value": gettext("Sales went another way than we predicted lately"),
        "orders": gettext("Orders went another way than we predicted lately"),
        "demand": gettext("Demand went another way than we predicted lately"),
    }
    share = gettext("Market share in %(category)s went another way than we predicted lately") % p
    body = gettext("Our ranges were too narrow lately; we have widened them and choose our models anew.")
    return titles.get(p["subject"], share), body


def forecast_shift(p: Params) -> Words:
    values = {
        "percent": abs(p["percent"]),
        "low": _about(p["low"], p["currency"]),
        "high": _about(p["high"], p["currency"]),
        "usual": _about(p["usual"], p["currency"]),
    }
    if p["percent"] > 0:
        title = gettext("Sales of the next two weeks are expected about %(percent)d %% above what is usual")
    else:
        title = gettext("Sales of the next two weeks are expected about %(percent)d %% below what is usual")
    body = gettext("Most likely %(low)s to %(high)s; two weeks brought %(usual)s on average lately.")
    return title % values, body % values


def promotion_report(p: Params) -> Words:
    values = {"title": p["title"], "came": _count(p["came"]), "low": _count(p["low"]), "high": _count(p["high"])}
    if p["low"] <= p["came"] <= p["high"]:
        title = gettext("%(title)s sold what was expected")
    elif p["came"] > p["high"]:
        title = gettext("%(title)s sold more than was expected")
    else:
        title = gettext("%(title)s sold less than was expected")
    return title % values, gettext("%(came)s units came; expected were %(low)s to %(high)s.") % values
