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


KINDS = (
    Kind(
        "playbook-told", _("A playbook tells you something"), PLAYBOOKS, Urgency.WEEK, "notifications.view",
        say.told, _to_its_thing, _("See what it is about"), icon="bolt", tone="info", stale=timedelta(days=14),
        by_playbook=True,
    ),
    Kind(
        "playbook-task", _("A playbook gives you a task"), PLAYBOOKS, Urgency.ACT, "notifications.view",
        say.task, _to_its_thing, _("Do it"), icon="checkbox", tone="warning",
        stale=timedelta(days=90), by_playbook=True, done_by="due",
    ),
)  # fmt: skip
