"""What may be posted to the inbox."""

from __future__ import annotations

from collections.abc import Callable, Collection
from datetime import date, datetime, time, timedelta
from typing import Any

from django import forms
from django.utils import formats, timezone
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from accounts.members.models import Membership
from notifications.inbox.models import Timing
from notifications.inbox.queries import Choice
from notifications.routing.queries import away_on

DOINGS = ("follow", "read", "unread", "archive", "restore", "snooze-hours", "snooze-tomorrow", "snooze-week")
MORNING = time(8)
AT_ONCE = 100  # rows that a button may name: as many as a page shows


def snooze_end(doing: str, now: datetime) -> datetime:
    """When a snooze is over: in three hours, tomorrow at eight or next Monday at eight, in the active time zone."""
    local = timezone.localtime(now)
    if doing == "snooze-hours":
        return now + timedelta(hours=3)
    days = 1 if doing == "snooze-tomorrow" else 7 - local.weekday()
    return datetime.combine(local.date() + timedelta(days=days), MORNING, local.tzinfo)


class DoingForm(forms.Form):
    """One thing to do with some rows; "read:12" means that row and "read:12+13" these, whatever is ticked."""

    do = forms.CharField(max_length=2040)

    def clean_do(self) -> tuple[str, list[int]]:
        word, _, named = str(self.cleaned_data["do"]).partition(":")
        rows = named.split("+") if named else []
        are_keys = all(row.isascii() and row.isdigit() and len(row) < 19 for row in rows)
        if word not in DOINGS or not are_keys or len(rows) > AT_ONCE:
            raise forms.ValidationError("unknown", code="unknown")
        return word, [int(row) for row in rows]


class SnoozeForm(forms.Form):
    """Until when one does not want to see something: a day of the next year, from eight in the morning."""

    day = forms.DateField(label=_("Until"), widget=forms.DateInput(attrs={"type": "date"}))

    def clean_day(self) -> datetime:
        day = self.cleaned_data["day"]
        today = timezone.localdate()
        if not today < day <= today + timedelta(days=366):
            raise forms.ValidationError(_("Choose a day after today, within a year."), code="day")
        return datetime.combine(day, MORNING, timezone.get_current_timezone())


class PassOnForm(forms.Form):
    """Who is to deal with it: one of the people that offer() names."""

    to = forms.ModelChoiceField(label=_("Colleague"), queryset=Membership.objects.none(), empty_label=None)

    def offer(self, people: Any, label: Callable[[Any], str]) -> None:
        """Let one choose among these rows, which `label` puts into words."""
        field: Any = self.fields["to"]
        field.queryset, field.label_from_instance = people, label


class AssignForm(PassOnForm):
    """One of `members`."""

    def __init__(self, *args: Any, members: Collection[Membership], **options: Any) -> None:
        super().__init__(*args, **options)
        away = {absence.member_id: absence.last_day for absence in away_on(timezone.localdate()).values()}
        self.offer(
            Membership.objects.select_related("user").filter(pk__in=[member.pk for member in members]),
            lambda member: colleague_label(str(member.user), str(member.role_name), away.get(member.pk)),
        )


def colleague_label(name: str, role: str, away_until: date | None) -> str:
    """A colleague by name and role, and until when they are away."""
    label = f"{name} · {role}"
    if away_until is None:
        return label
    return f"{label} · {gettext('Away until %(day)s') % {'day': formats.date_format(away_until)}}"


class ChoicesForm(forms.Form):
    """A box and a choice per kind, named inbox:<kind> and mail:<kind>; locked ones are shown and cannot be changed."""

    def __init__(self, *args: Any, choices: Collection[Choice], **options: Any) -> None:
        super().__init__(*args, **options)
        self.choices = choices
        for choice in choices:
            name, locked = choice.kind.name, choice.kind.locked
            self.fields[f"inbox:{name}"] = forms.BooleanField(
                label=choice.kind.label, required=False, initial=choice.inbox, disabled=locked
            )
            self.fields[f"mail:{name}"] = forms.ChoiceField(
                label=choice.kind.label, choices=Timing.choices, initial=choice.mail, disabled=locked
            )

    def chosen(self) -> list[tuple[str, bool, str]]:
        """(kind, inbox, timing of e-mails) of every kind that may be chosen."""
        data = self.cleaned_data
        names = [choice.kind.name for choice in self.choices if not choice.kind.locked]
        return [(name, data[f"inbox:{name}"], data[f"mail:{name}"]) for name in names]


class MailTimesForm(forms.Form):
    """Full hours of a person's own clock; what may not be is for the action to say."""

    quiet_from = forms.TypedChoiceField(label=_("Quiet from"), coerce=int, empty_value=None, required=False)
    quiet_until = forms.TypedChoiceField(label=_("Quiet until"), coerce=int, empty_value=None, required=False)
    digest_hour = forms.TypedChoiceField(label=_("Daily summary at"), coerce=int)

    def __init__(self, *args: Any, **options: Any) -> None:
        super().__init__(*args, **options)
        hours = [(hour, formats.time_format(time(hour), "TIME_FORMAT")) for hour in range(24)]
        for name, choices in (
            ("quiet_from", [("", _("No quiet hours")), *hours]),
            ("quiet_until", [("", _("No quiet hours")), *hours]),
            ("digest_hour", hours),
        ):
            field = self.fields[name]
            assert isinstance(field, forms.TypedChoiceField)
            field.choices = choices
