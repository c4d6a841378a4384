"""What is typed about notification channels."""

from __future__ import annotations

from collections.abc import Collection
from itertools import groupby
from typing import Any

from django import forms
from django.conf import settings
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from notifications.channels.models import Channel
from notifications.channels.queries import tellable
from notifications.channels.senders.message import Sender
from notifications.inbox.models import Urgency

LEAST = (
    (Urgency.KNOW.value, _("Everything chosen below")),
    (Urgency.WEEK.value, _("What is for today and this week")),
    (Urgency.ACT.value, _("Only what is for today")),
)


class ChannelForm(forms.Form):
    """A new channel of a kind, or with `channel` a change of it: then what is left empty stays as it is."""

    name = forms.CharField(label=pgettext_lazy("channel", "Name"), max_length=80)
    address = forms.CharField(
        max_length=500, widget=forms.TextInput(attrs={"autocomplete": "off", "spellcheck": "false"})
    )
    secret = forms.CharField(
        label=_("Secret"),
        max_length=200,
        required=False,
        widget=forms.PasswordInput(attrs={"autocomplete": "new-password"}),
    )
    language = forms.ChoiceField(label=_("Language"), choices=settings.LANGUAGES)
    urgency = forms.TypedChoiceField(label=_("How urgent"), choices=LEAST, coerce=int)
    kinds = forms.MultipleChoiceField(label=_("What goes there"), widget=forms.CheckboxSelectMultiple)

    def __init__(
        self, *args: Any, sender: Sender, held: Collection[str], channel: Channel | None = None, **kwargs: Any
    ) -> None:
        super().__init__(*args, **kwargs)
        self.offered = tellable(held)
        names = [kind.name for kind in self.offered]
        self.fields["kinds"].choices = [(kind.name, kind.label) for kind in self.offered]  # type: ignore[attr-defined]
        self.fields["kinds"].error_messages["required"] = _("Choose at least one thing that goes there.")
        address = self.fields["address"]
        address.label, address.help_text = sender.address_label, sender.address_help
        if sender.secret != "typed":  # noqa: S105 - says where the secret comes from
            del self.fields["secret"]
        else:
            self.fields["secret"].help_text = sender.secret_help
        if channel is None:
            self.initial = {"kinds": names, "urgency": Urgency.KNOW.value, **self.initial}
            return
        address.required = False
        address.widget.attrs["placeholder"] = channel.shown
        address.help_text = _("It is not shown again. Leave it empty to keep the one there is.")
        if "secret" in self.fields:
            self.fields["secret"].help_text = _("Leave it empty to keep it. With another address it is typed anew.")
        self.initial = {
            "name": channel.name,
            "language": channel.language,
            "urgency": channel.urgency,
            "kinds": [name for name in channel.kinds if name in names],
        }

    @property
    def topics(self) -> list[tuple[Any, list[tuple[str, Any, bool]]]]:
        """The boxes by topic: (kind, label, ticked)."""
        ticked = set(self["kinds"].value() or ())
        grouped = groupby(self.offered, lambda kind: kind.topic)
        return [(topic, [(kind.name, kind.label, kind.name in ticked) for kind in of]) for topic, of in grouped]
