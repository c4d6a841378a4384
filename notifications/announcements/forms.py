"""What staff type into a notice."""

from __future__ import annotations

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from accounts.members.models import BuiltInRole
from accounts.merchants.models import Merchant
from notifications.announcements.models import Announcement
from notifications.announcements.rules import LONGEST_TEXT, LONGEST_TITLE, is_link
from notifications.inbox.models import Urgency

State = Merchant.State


class AnnouncementForm(forms.Form):
    """A notice in both languages, and whom it is for."""

    title_en = forms.CharField(label=_("Title in English"), max_length=LONGEST_TITLE)
    title_zh = forms.CharField(label=_("Title in Chinese"), max_length=LONGEST_TITLE)
    text_en = forms.CharField(
        label=_("Text in English"),
        max_length=LONGEST_TEXT,
        widget=forms.Textarea(attrs={"rows": 5}),
        help_text=_("Say first what it means for the reader. At most 1,000 characters."),
    )
    text_zh = forms.CharField(
        label=_("Text in Chinese"), max_length=LONGEST_TEXT, widget=forms.Textarea(attrs={"rows": 5})
    )
    link = forms.CharField(
        label=_("Link"),
        max_length=300,
        required=False,
        help_text=_("Where one reads more: an https address, or a page here that begins with /."),
    )
    urgency = forms.TypedChoiceField(
        label=_("Urgency"), choices=Urgency.choices, coerce=int, initial=Urgency.KNOW,
        help_text=_("“Act today” is mailed in quiet hours, too."),
    )  # fmt: skip
    who = forms.ChoiceField(label=_("Who is told"), choices=Announcement.Who.choices)
    roles = forms.MultipleChoiceField(
        label=_("Roles"),
        choices=BuiltInRole.choices,
        widget=forms.CheckboxSelectMultiple,
        required=False,
        help_text=_("Only for “Members in these roles”."),
    )
    shop_states = forms.MultipleChoiceField(
        label=_("State of their shop"),
        choices=[(state.value, state.label) for state in State if state not in (State.APPLIED, State.REFUSED)],
        widget=forms.CheckboxSelectMultiple,
        required=False,
        help_text=_("None ticked: shops in any state."),
    )

    def clean_link(self) -> str:
        link = str(self.cleaned_data["link"]).strip()
        if link and not is_link(link):
            raise forms.ValidationError(_("Give an address that begins with https:// or with /."))
        return link

    def clean(self) -> dict[str, Any]:
        data = super().clean() or {}
        if data.get("who") == Announcement.Who.ROLES and not data.get("roles"):
            self.add_error("roles", _("Choose at least one role."))
        elif "roles" in data and data.get("who") != Announcement.Who.ROLES:
            data["roles"] = []
        return data


class SendForm(forms.Form):
    """When it goes out."""

    at = forms.DateTimeField(
        label=_("Send at"),
        required=False,
        widget=forms.DateTimeInput(format="%Y-%m-%dT%H:%M", attrs={"type": "datetime-local"}),
        input_formats=["%Y-%m-%dT%H:%M", "%Y-%m-%dT%H:%M:%S", "%Y-%m-%d %H:%M"],
        help_text=_("By your own clock. Empty: at once."),
    )
