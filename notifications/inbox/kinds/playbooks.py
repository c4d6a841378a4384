"""Kinds that playbooks tell in their authors' words."""

from __future__ import annotations

from datetime import timedelta

from django.utils.translation import gettext_lazy as _

from notifications.inbox.kinds.base import PLAYBOOKS, Kind, Target
from notifications.inbox.models import Urgency
from notifications.inbox.sentences import Params
from notifications.inbox.sentences import playbooks as say


def _to_its_thing(params: Params) -> Target:
    return Target(params["page"], tuple(params["args"]), params["query"])


def _to_what_failed(params: Params) -> Target:
    """The run that says why, or the playbook that somebody else has to save."""
    if params["cause"] == "step":
        return Target("firing-detail", (params["firing_id"],))
    return Target("playbook-detail", (params["playbook_id"],))


KINDS = (
    Kind(
        "playbook-told", _("A playbook tells you something"), PLAYBOOKS, Urgency.WEEK, "notifications.view",
        say.told, _to_its_thing, _("See what it is about"), icon="bolt", tone="info", stale=timedelta(days=14),
        by_playbook=True, part="playbook_id",
    ),
    Kind(
        "playbook-task", _("A playbook gives you a task"), PLAYBOOKS, Urgency.ACT, "notifications.view",
        say.task, _to_its_thing, _("Do it"), icon="checkbox", tone="warning",
        stale=timedelta(days=90), by_playbook=True, done_by="due", part="playbook_id",
    ),
    Kind(
        "playbook-failed", _("A playbook does not work"), PLAYBOOKS, Urgency.WEEK, "playbooks.edit",
        say.failed, _to_what_failed, _("See what is wrong"), icon="bolt", tone="warning", stale=timedelta(days=14),
        part="playbook_id",
    ),
)  # fmt: skip
