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
