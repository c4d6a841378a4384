"""What playbooks say: their authors' words, with the time by which a task is due."""

from __future__ import annotations

from django.utils.translation import gettext, ngettext

from notifications.inbox.sentences import Params, Words, moment


def told(p: Params) -> Words:
    values = {"playbook": p["playbook"], "text": p["text"]}
    body = gettext("%(text)s (playbook “%(playbook)s”)") if p["text"] else gettext("From the playbook “%(playbook)s”.")
    return p["title"], body % values


def task(p: Params) -> Words:
    values = {"playbook": p["playbook"], "text": p["text"], "due": moment(p["due"])}
    if p.get("overdue") and p["text"]:
        body = gettext("Overdue since %(due)s. %(text)s (playbook “%(playbook)s”)")
    elif p.get("overdue"):
        body = gettext("Overdue since %(due)s. From the playbook “%(playbook)s”.")
    elif p["text"]:
        body = gettext("Due %(due)s. %(text)s (playbook “%(playbook)s”)")
    else:
        body = gettext("Due %(due)s. From the playbook “%(playbook)s”.")
    return p["title"], body % values


def failed(p: Params) -> Words:
    values = {"playbook": p["playbook"], "author": p["author"], "count": p["count"]}
    if p["cause"] == "rights":
        return (
            gettext("The playbook “%(playbook)s” can no longer do its work") % values,
            gettext(
                "It runs with the rights of %(author)s, and they are no longer enough for its steps. Whoever saves it"
                " anew lends it theirs."
            )
            % values,
        )
    title = ngettext(
        "%(count)d step of the playbook “%(playbook)s” failed",
        "%(count)d steps of the playbook “%(playbook)s” failed",
        p["count"],
    )
    return title % values, gettext("The log of the run says why. Further runs that fail today are not told again.")
