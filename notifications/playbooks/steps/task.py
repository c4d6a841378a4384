"""Give somebody a task with a time by which it is due."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

from django import forms
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext

from core.errors import Refused
from notifications.inbox.actions import settle, tell
from notifications.inbox.sentences import moment
from notifications.playbooks.steps.base import Context, Detail, Settings, StepForm
from notifications.playbooks.steps.people import audience_label, told_users
from notifications.playbooks.steps.tell import TellForm, params_of

KIND = "playbook-task"


class TaskForm(TellForm):
    hours = forms.IntegerField(
        label=gettext_lazy("Due after hours"), min_value=1, max_value=24 * 60, initial=24, localize=False
    )


class Task:
    name = "task"
    label: Any = gettext_lazy("Add a task")
    help: Any = gettext_lazy("Stands at the top of the inbox under “Act today”, with the time by which it is due.")
    icon = "checkbox"
    permission = "notifications.view"
    needs: tuple[str, ...] = ()
    undoable = True
    form: type[StepForm] = TaskForm

    def describe(self, settings: Settings) -> str:
        words = ngettext(
            "Task for %(who)s, due after %(hours)d hour: “%(title)s”",
            "Task for %(who)s, due after %(hours)d hours: “%(title)s”",
            settings["hours"],
        )
        return words % {"who": audience_label(settings["who"]), "hours": settings["hours"], "title": settings["title"]}

    def run(self, context: Context, settings: Settings) -> dict[str, Any]:
        due = timezone.now() + timedelta(hours=settings["hours"])
        params = {**params_of(context, settings), "due": due.isoformat(timespec="seconds")}
        count = tell(KIND, key=context.key, params=params, only=told_users(settings["who"]))
        return {"count": count, "title": params["title"], "due": params["due"]}

    def said(self, detail: Detail) -> str:
        words = ngettext(
            "%(count)d person has the task “%(title)s”, due %(due)s",
            "%(count)d people have the task “%(title)s”, due %(due)s",
            detail["count"],
        )
        return words % {"count": detail["count"], "title": detail["title"], "due": moment(detail["due"])}

    def link(self, detail: Detail) -> None:
        return None

    def undo(self, context: Context, detail: Detail) -> None:
        if not settle(KIND, key=context.key):
            raise Refused("task_over", _("Everybody has put the task away already."))
