"""What may be posted to the inbox."""

from __future__ import annotations

from collections.abc import Collection
from datetime import datetime, time, timedelta
from typing import Any

from django import forms
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from accounts.members.models import Membership
from notifications.inbox.queries import Choice

DOINGS = ("read", "unread", "archive", "restore", "snooze-hours", "snooze-tomorrow", "snooze-week")
MORNING = time(8)


def snooze_end(doing: str, now: datetime) -> datetime:
    """When a snooze is over: in three hours, tomorrow at eight or next Monday at eight, in the active time zone."""
    local = timezone.localtime(now)
    if doing == "snooze-hours":
        return now + timedelta(hours=3)
    days = 1 if doing == "snooze-tomorrow" else 7 - local.weekday()
    return datetime.combine(local.date() + timedelta(days=days), MORNING, local.tzinfo)


class DoingForm(forms.Form):
    """One thing to do with some rows; "read:12" means one row, whatever is ticked."""

    do = forms.CharField(max_length=40)

    def clean_do(self) -> tuple[str, int | None]:
        word, _, row = str(self.cleaned_data["do"]).partition(":")
        if word not in DOINGS or (row and not (row.isascii() and row.isdigit() and len(row) < 19)):
            raise forms.ValidationError("unknown", code="unknown")
        return word, int(row) if row else None


class SnoozeForm(forms.Form):
    """Until when one does not want to see something: a day of the next year, from eight in the morning."""

    day = forms.DateField(label=_("Until"), widget=forms.DateInput(attrs={"type": "date"}))

    def clean_day(self) -> datetime:
        day = self.cleaned_data["day"]
        today = timezone.localdate()
        if not today < day <= today + timedelta(days=366):
            raise forms.ValidationError(_("Choose a day after today, within a year."), code="day")
        return datetime.combine(day, MORNING, timezone.get_current_timezone())


class AssignForm(forms.Form):
    """Who is to deal with it: one of `members`."""

    to = forms.ModelChoiceField(label=_("Colleague"), queryset=Membership.objects.none(), empty_label=None)

    def __init__(self, *args: Any, members: Collection[Membership], **options: Any) -> None:
        super().__init__(*args, **options)
        field: Any = self.fields["to"]
        field.queryset = Membership.objects.select_related("user").filter(pk__in=[member.pk for member in members])
        field.label_from_instance = lambda member: f"{member.user} · {member.role_name}"


class ChoicesForm(forms.Form):
    """A pair of boxes per kind, named inbox:<kind> and email:<kind>; locked ones are shown on and cannot be changed."""

    def __init__(self, *args: Any, choices: Collection[Choice], **options: Any) -> None:
        super().__init__(*args, **options)
        self.choices = choices
        for choice in choices:
            for channel in ("inbox", "email"):
                self.fields[f"{channel}:{choice.kind.name}"] = forms.BooleanField(
                    required=False, initial=getattr(choice, channel), disabled=choice.kind.locked
                )

    def chosen(self) -> list[tuple[str, bool, bool]]:
        """(kind, inbox, email) of every kind that may be chosen."""
        data = self.cleaned_data
        names = [choice.kind.name for choice in self.choices if not choice.kind.locked]
        return [(name, data[f"inbox:{name}"], data[f"email:{name}"]) for name in names]
