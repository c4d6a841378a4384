"""What is said of reviews and complaints."""

from __future__ import annotations

from django.utils.translation import gettext, ngettext

from ecommerce.complaints.models import Complaint
from notifications.inbox.sentences import Params, Words, amount, day, moment


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
        "due": moment(p["due"]),
        "refund": amount(p["refund"], p["currency"]) if p.get("refund") else "",
    }


def complaint_message(p: Params) -> Words:
    values = _complaint(p)
    return (
        gettext("The buyer wrote again about complaint %(number)s") % values,
        gettext("%(topic)s. A quick answer settles most of them.") % values,
    )


def complaint_escalated(p: Params) -> Words:
    because = str(dict(Complaint.Escalation.choices).get(p["because"], ""))
    values = {**_complaint(p), "because": because}
    return (
        gettext("Complaint %(number)s went to the platform") % values,
        gettext("%(because)s. Add what speaks for you before it decides.") % values,
    )


def complaint_appealed(p: Params) -> Words:
    values = _complaint(p)
    return (
        gettext("The decision on complaint %(number)s was appealed") % values,
        gettext("%(topic)s. The platform looks at it once more; you can add what is missing.") % values,
    )


def complaint_decided(p: Params) -> Words:
    decision = str(dict(Complaint.Decision.choices).get(p["decision"], ""))
    values = {**_complaint(p), "decision": decision}
    body = gettext("%(decision)s. %(refund)s goes back to the buyer.") if p["refund"] else gettext("%(decision)s.")
    return gettext("The platform decided complaint %(number)s") % values, body % values


def complaint_closed(p: Params) -> Words:
    values = {**_complaint(p), "because": str(dict(Complaint.Closing.choices).get(p["because"], ""))}
    body = gettext("%(because)s. %(refund)s went back.") if p["refund"] else gettext("%(because)s.")
    return gettext("Complaint %(number)s is closed") % values, body % values


def review_hidden(p: Params) -> Words:
    values = {"stars": p["stars"], "product": p["product"], "reason": p["reason"]}
    title = ngettext(
        "The platform hid a review of %(stars)d star", "The platform hid a review of %(stars)d stars", p["stars"]
    )
    if p["product"]:
        return title % values, gettext("It was about %(product)s and no longer counts in its rating.") % values
    return title % values, gettext("It no longer counts in your rating.")


def question_asked(p: Params) -> Words:
    values = {"count": p["count"], "product": p["product"], "day": day(p["day"])}
    if p["count"] == 1:
        title = gettext("A buyer asks about %(product)s")
    else:
        title = ngettext("%(count)d open question of %(day)s", "%(count)d open questions of %(day)s", p["count"])
    body = gettext("Answer within a day: who waits longer buys elsewhere.")
    if p["count"] > 1:
        body = gettext("The first is about %(product)s. Answer within a day: who waits longer buys elsewhere.")
    return title % values, body % values
