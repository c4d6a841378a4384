"""What each kind of notice to staff says, from its stored figures: (title, line below)."""

from __future__ import annotations

from django.utils.translation import gettext, ngettext

from ecommerce.complaints.models import Complaint
from notifications.inbox.sentences import Params, Words, moment


def merchant_applied(p: Params) -> Words:
    if p["again"]:
        return gettext("%(shop)s applied again") % p, gettext("It was refused before; look at what has changed.")
    return gettext("%(shop)s applied for a shop") % p, gettext("Nobody can work there until it is approved.")


def review_held(p: Params) -> Words:
    title = ngettext("A review of %(stars)d star is held", "A review of %(stars)d stars is held", p["stars"]) % p
    if p["revised"]:
        return title, gettext("Its author has changed it as asked. Nobody sees it until you decide.")
    if p["product"]:
        return title, gettext("It is about %(product)s. Nobody sees it until you decide.") % p
    return title, gettext("Nobody sees it until you decide.")


def complaint_escalated(p: Params) -> Words:
    because = str(dict(Complaint.Escalation.choices).get(p["because"], p["because"]))
    return (
        gettext("Complaint %(number)s waits for a decision") % p,
        gettext("%(because)s. Decide by %(due)s.") % {"because": because, "due": moment(p["due"])},
    )


def complaint_appealed(p: Params) -> Words:
    topic = str(dict(Complaint.Topic.choices).get(p["topic"], p["topic"]))
    return (
        gettext("The decision on complaint %(number)s was appealed") % p,
        gettext("%(topic)s. Decide once more by %(due)s; then it is final.")
        % {"topic": topic, "due": moment(p["due"])},
    )


def shops_applied(count: int) -> str:
    return ngettext("%(count)d shop waits for approval", "%(count)d shops wait for approval", count) % {"count": count}


def reviews_held(count: int) -> str:
    say = ngettext("%(count)d review waits for moderation", "%(count)d reviews wait for moderation", count)
    return say % {"count": count}


def complaints_escalated(count: int) -> str:
    say = ngettext("%(count)d complaint waits for a decision", "%(count)d complaints wait for a decision", count)
    return say % {"count": count}


def complaints_appealed(count: int) -> str:
    say = ngettext("%(count)d decision was appealed", "%(count)d decisions were appealed", count)
    return say % {"count": count}


def forecasts_drift(count: int) -> str:
    say = ngettext("Forecasts were off in %(count)d case", "Forecasts were off in %(count)d cases", count)
    return say % {"count": count}
