"""Call a webhook or write to a chat: through a channel of the shop, signed and retried as all that goes there."""

from __future__ import annotations

from typing import Any

from django import forms
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from core.errors import Refused
from core.events import plain
from notifications.channels.models import Channel, Dispatch, new_message_id
from notifications.channels.sending import queue
from notifications.playbooks.steps.base import Context, Detail, Settings, StepForm
from notifications.playbooks.steps.tell import PLACES_HELP, params_of


def channels() -> list[tuple[str, str]]:
    """The channels of the shop in scope, as choices."""
    return [(str(row.pk), f"{row.name} ({row.sender_label})") for row in Channel.objects.all()]


class CallForm(StepForm):
    worded = ("title", "text")
    of_shop = ("channel",)
    channel = forms.ChoiceField(
        label=gettext_lazy("Channel"),
        choices=channels,
        help_text=gettext_lazy("Channels are added under “Notification channels”."),
    )
    title = forms.CharField(label=gettext_lazy("In one line"), max_length=120, help_text=PLACES_HELP)
    text = forms.CharField(
        label=gettext_lazy("Further words"), max_length=500, required=False, widget=forms.Textarea(attrs={"rows": 2})
    )


class Call:
    name = "call"
    label: Any = gettext_lazy("Call a webhook")
    help: Any = gettext_lazy("Or write to a chat. A program gets the fact and its figures besides, signed.")
    icon = "send"
    permission = "channels.edit"
    needs: tuple[str, ...] = ()
    undoable = False
    form: type[StepForm] = CallForm

    def describe(self, settings: Settings) -> str:
        name = Channel.objects.filter(pk=int(settings["channel"])).values_list("name", flat=True).first()
        values = {"channel": name or _("a channel that is gone"), "title": settings["title"]}
        return _("Send to “%(channel)s”: “%(title)s”") % values

    def run(self, context: Context, settings: Settings) -> dict[str, Any]:
        channel = Channel.objects.filter(pk=int(settings["channel"])).first()
        if channel is None:
            raise Refused("no_channel", _("The channel is gone."))
        if channel.state != Channel.State.ON:
            raise Refused("channel_off", _("The channel “%(name)s” is off.") % {"name": channel.name})
        figures = context.trigger.values(context.activity.payload, context.activity.at)
        params = {**params_of(context, settings), "fact": context.activity.kind, "figures": plain(figures)}
        dispatch, is_new = Dispatch.objects.get_or_create(
            channel=channel,
            fact=f"playbook:{context.key}",
            defaults={"kind": "playbook-told", "params": params, "message_id": new_message_id()},
        )
        if is_new:
            queue(dispatch)
        return {"dispatch": dispatch.pk, "channel": channel.name}

    def said(self, detail: Detail) -> str:
        values = {"channel": detail["channel"]}
        return _("Given to the channel “%(channel)s”; its delivery log says what became of it.") % values

    def link(self, detail: Detail) -> tuple[str, tuple[Any, ...]]:
        return ("dispatch-list", ())

    def undo(self, context: Context, detail: Detail) -> None:
        raise NotImplementedError
