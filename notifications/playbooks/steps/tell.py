"""Tell somebody, in the author's words."""

from __future__ import annotations

from typing import Any

from django import forms
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext

from notifications.inbox.actions import tell
from notifications.inbox.kinds import Target
from notifications.playbooks.steps.base import ONE_SHOP, OUTCOME, Context, Detail, Settings, StepForm, places
from notifications.playbooks.steps.people import audience_label, audiences, general_audiences, told_users

PLACES_HELP = gettext_lazy("Figures of the fact stand in braces and are filled in.")


class TellForm(StepForm):
    worded = ("title", "text")
    translated = ("title", "text")
    who = forms.ChoiceField(
        label=gettext_lazy("Who is told"),
        choices=audiences,
        help_text=gettext_lazy("Where nobody has the role, the owners are told."),
    )
    title = forms.CharField(label=gettext_lazy("In one line"), max_length=120, help_text=PLACES_HELP)
    text = forms.CharField(
        label=gettext_lazy("Further words"),
        max_length=500,
        required=False,
        widget=forms.Textarea(attrs={"rows": 2}),
    )

    def for_all_shops(self) -> None:
        super().for_all_shops()
        self.fields["who"].choices = general_audiences()  # type: ignore[attr-defined]
        self.fields["who"].error_messages["invalid_choice"] = ONE_SHOP


def params_of(context: Context, settings: Settings) -> dict[str, Any]:
    """What a notification of a playbook keeps: the words, and the page it leads to.

    Words that speak of what a step before made lead there; others to what the fact is about, else to the run.
    """
    target = context.trigger.target(context.activity.payload) or Target("firing-detail", (context.firing_id,))
    if context.earlier and context.earlier.page and OUTCOME in places(f"{settings['title']} {settings['text']}"):
        target = Target(*context.earlier.page)
    return {
        "title": context.fill(settings["title"]),
        "text": context.fill(settings["text"]),
        "playbook": context.playbook,
        "playbook_id": context.playbook_id,
        "page": target.name,
        "args": list(target.args),
        "query": target.query,
    }


class Tell:
    name = "tell"
    label: Any = gettext_lazy("Tell somebody")
    help: Any = gettext_lazy("In the inbox and by e-mail as each person chose; what all are told goes to channels too.")
    icon = "bell"
    permission = "notifications.view"
    needs: tuple[str, ...] = ()
    undoable = False
    form: type[StepForm] = TellForm

    def describe(self, settings: Settings) -> str:
        values = {"who": audience_label(settings["who"]), "title": settings["title"]}
        return _("Tell %(who)s: “%(title)s”") % values

    def run(self, context: Context, settings: Settings) -> dict[str, Any]:
        params = params_of(context, settings)
        only = told_users(settings["who"])
        count = tell("playbook-told", key=context.key, params=params, only=only)
        return {"count": count, "title": params["title"]}

    def said(self, detail: Detail) -> str:
        words = ngettext("%(count)d person was told: “%(title)s”", "%(count)d people were told: “%(title)s”",
                         detail["count"])  # fmt: skip
        return words % {"count": detail["count"], "title": detail["title"]}

    def link(self, detail: Detail) -> None:
        return None

    def undo(self, context: Context, detail: Detail) -> None:
        raise NotImplementedError
