"""What is said of forecasts, market share, plans and promotions."""

from __future__ import annotations

from django.utils.translation import gettext, ngettext

from analytics.calendar.words import occasion_name
from analytics.forecasts.models import Measure
from core.figures import percent
from core.templatetags.sc import money_short
from notifications.inbox.sentences import Params, Words, about, count, day


def promise_judged(p: Params) -> Words:
    low, high, share = (percent(p[name], 1) for name in ("low", "high", "share"))
    values = {"name": p["name"], "category": p["category"], "low": low, "high": high, "share": share}
    title = gettext("“%(name)s” kept its promise") if p["inside"] else gettext("“%(name)s” missed its promise")
    if p["as_planned"]:
        body = gettext("%(category)s: your share came to %(share)s; promised was %(low)s to %(high)s.")
    else:
        body = gettext("%(category)s: your share came to %(share)s; promised was %(low)s to %(high)s. The plan was not "
                       "carried out as assumed.")  # fmt: skip
    return title % values, body % values


def festival_ahead(p: Params) -> Words:
    values = {"festival": occasion_name(p["key"]), "day": day(p["day"])}
    title = gettext("%(festival)s is on %(day)s") % values
    if p["effect"] is not None:
        body = gettext("Sales on its days, as the forecast saw them before: %(percent)s.")
    elif p["past"]:
        body = gettext("It changed your sales no more than chance does, so far.")
    else:
        body = gettext("What it does to your sales is not known yet.")
    body %= {"percent": percent((p["effect"] or 0) / 100, sign=True)}
    if p["products"]:
        names = gettext(", ").join(p["products"])
        # Translators: two sentences of one notice
        body = gettext("%(effect)s It moved these most: %(names)s.") % {"effect": body, "names": names}
    return title, body


def forecast_ready(p: Params) -> Words:
    if p["refused"]:
        return gettext("A forecast could not be made"), gettext("See what is missing and what would change it.")
    if p["measure"] == Measure.SALES_VALUE:
        title = gettext("The sales forecast is ready")
        low, high = about(p["low"], p["currency"]), about(p["high"], p["currency"])
    else:
        title = gettext("The forecast of orders is ready")
        low, high = count(p["low"]), count(p["high"])
    body = ngettext(
        "Most likely %(low)s to %(high)s over the next %(days)d day, from sales up to %(day)s.",
        "Most likely %(low)s to %(high)s over the next %(days)d days, from sales up to %(day)s.",
        p["days"],
    )
    return title, body % {"low": low, "high": high, "days": p["days"], "day": day(p["day"])}


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
        "percent": percent(abs(p["percent"]) / 100),
        "low": about(p["low"], p["currency"]),
        "high": about(p["high"], p["currency"]),
        "usual": about(p["usual"], p["currency"]),
    }
    if p["percent"] > 0:
        title = gettext("Sales of the next two weeks are expected about %(percent)s above what is usual")
    else:
        title = gettext("Sales of the next two weeks are expected about %(percent)s below what is usual")
    body = gettext("Most likely %(low)s to %(high)s; two weeks brought %(usual)s on average lately.")
    return title % values, body % values


def promotion_report(p: Params) -> Words:
    values = {"title": p["title"], "came": count(p["came"]), "low": count(p["low"]), "high": count(p["high"])}
    if p["low"] <= p["came"] <= p["high"]:
        title = gettext("%(title)s sold what was expected")
    elif p["came"] > p["high"]:
        title = gettext("%(title)s sold more than was expected")
    else:
        title = gettext("%(title)s sold less than was expected")
    return title % values, gettext("%(came)s units came; expected were %(low)s to %(high)s.") % values


def share_fall(p: Params) -> Words:
    last, low, high = (percent(p[name], 1) for name in ("last", "low", "high"))
    values = {"category": p["category"], "last": last, "low": low, "high": high, "chance": percent(p["chance"])}
    body = gettext(
        "Today %(last)s, in four weeks most likely %(low)s to %(high)s; the chance of a point or more less is"
        " %(chance)s."
    )
    return gettext("Your share in %(category)s is likely to fall") % values, body % values


def demand_ready(p: Params) -> Words:
    if p["refused"]:
        return gettext("The demand forecast could not be made"), gettext("See what is missing.")
    values = {"made": p["made"], "failed": p["failed"], "day": day(p["day"])}
    title = ngettext("Demand of %(made)d variant is forecast", "Demand of %(made)d variants is forecast", p["made"])
    body = gettext("From sales up to %(day)s.")
    if p["failed"]:
        body = ngettext(
            "From sales up to %(day)s. %(failed)d variant could not be forecast.",
            "From sales up to %(day)s. %(failed)d variants could not be forecast.",
            p["failed"],
        )
    return title % values, body % values


def plan_adopted(p: Params) -> Words:
    low, high = percent(p["low"], 1), percent(p["high"], 1)
    values = {"name": p["name"], "by": p["by"], "low": low, "high": high, "day": day(p["last"])}
    body = gettext("By %(by)s. It promises a share of %(low)s to %(high)s until %(day)s and is held to that.")
    return gettext("“%(name)s” is the plan now") % values, body % values


def price_test(p: Params) -> Words:
    values = {"weeks": p["weeks"], "regions": p["regions"], "by": p["by"]}
    title = ngettext(
        "A price test of %(weeks)d week was planned", "A price test of %(weeks)d weeks was planned", p["weeks"]
    )
    body = ngettext(
        "By %(by)s, in %(regions)d region. Leave other prices as they are meanwhile.",
        "By %(by)s, in %(regions)d regions. Leave other prices as they are meanwhile.",
        p["regions"],
    )
    return title % values, body % values


def promotions_found(p: Params) -> Words:
    title = ngettext(
        "%(count)d past promotion was found and measured",
        "%(count)d past promotions were found and measured",
        p["count"],
    )
    return title % {"count": p["count"]}, gettext("From prices that were really paid. They make the next plan surer.")


def weekly_report(p: Params) -> Words:
    values = {"amount": money_short(p["total"], p["currency"])}
    title = gettext("Your week: %(amount)s in sales") % values
    change = p["change"]
    if change is None:
        return title, gettext("The week before brought no sales.")
    if change < 0:
        return title, gettext("%(percent)s less than the week before.") % {"percent": percent(-change / 100)}
    return title, gettext("%(percent)s more than the week before.") % {"percent": percent(change / 100)}
