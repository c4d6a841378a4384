"""What is said of orders, parcels and returns."""

from __future__ import annotations

from django.utils.translation import gettext, ngettext

from core.figures import percent
from ecommerce.buyers.links import buyer_of
from ecommerce.fulfilment.models import ParcelCase
from ecommerce.returns.models import Return
from notifications.inbox.sentences import Params, Words, amount, count, day, moment

BUYER = buyer_of(None).label


def order_new(p: Params) -> Words:
    title = ngettext("%(count)d new order on %(day)s", "%(count)d new orders on %(day)s", p["count"])
    body = gettext("%(total)s in all. The newest is %(number)s.")
    return (
        title % {"count": p["count"], "day": day(p["day"])},
        body % {"total": amount(p["total"], p["currency"]), "number": p["number"]},
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
        body % {"late": p["late"], "number": p["number"], "due": moment(p["due"])},
    )


def order_late(p: Params) -> Words:
    values = {"count": p["count"], "number": p["number"], "due": moment(p["due"])}
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
    values = {"number": p["number"], "amount": amount(p["amount"], p["currency"]), "reason": p["reason"]}
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


def parcel_cases(p: Params) -> Words:
    values = {"count": p["count"], "carrier": p["carrier"] or gettext("unknown carrier")}
    title = ngettext(
        "%(count)d parcel of %(carrier)s needs you", "%(count)d parcels of %(carrier)s need you", p["count"]
    )
    reason = dict(ParcelCase.Reason.choices).get(p["reason"], "")
    return title % values, gettext("Most often: %(reason)s. Buyers are waiting.") % {"reason": reason}


def carrier_late(p: Params) -> Words:
    values = {
        "count": count(p["parcels"]),
        "carrier": p["carrier"],
        "late": count(p["late"]),
        "due": count(p["due"]),
        "usual": percent(p["usual"] / 100),
    }
    title = ngettext(
        "%(count)s parcel of %(carrier)s is late", "%(count)s parcels of %(carrier)s are late", p["parcels"]
    )
    body = ngettext(
        "Of %(due)s promised within 24 hours, %(late)s came late or is missing; usual is %(usual)s. Tell the buyers"
        " before they ask.",
        "Of %(due)s promised within 24 hours, %(late)s came late or are missing; usual is %(usual)s. Tell the buyers"
        " before they ask.",
        p["late"],
    )
    return title % values, body % values


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
    return {"number": p["number"], "order": p["order"], "due": moment(p["due"])}


def order_held(p: Params) -> Words:
    values = {"number": p["number"], "reason": p["reason"]}
    body = gettext("%(reason)s. It does not ship until somebody releases it.")
    if not p["reason"]:
        body = gettext("It does not ship until somebody releases it.")
    return gettext("Order %(number)s is on hold") % values, body % values


def order_cancelled(p: Params) -> Words:
    values = {"number": p["number"], "units": p["units"], "by": p["by"]}
    if p["by"] == BUYER:
        body = ngettext(
            "The buyer called off %(units)d item. Do not ship it.",
            "The buyer called off %(units)d items. Do not ship them.",
            p["units"],
        )
    else:
        body = ngettext(
            "%(by)s called off %(units)d item. Do not ship it.",
            "%(by)s called off %(units)d items. Do not ship them.",
            p["units"],
        )
    return gettext("Order %(number)s was cancelled") % values, body % values


def return_rated(p: Params) -> Words:
    values = {"number": p["number"], "rating": p["rating"], "order": p["order"]}
    title = ngettext(
        "%(rating)d star of five for how return %(number)s was handled",
        "%(rating)d stars of five for how return %(number)s was handled",
        p["rating"],
    )
    return title % values, gettext("By the buyer of order %(order)s. Their words are on the return.") % values
