"""What is typed about who looks after what, and who is away."""

from __future__ import annotations

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from accounts.members.models import Membership
from accounts.people.models import User
from core.filters import DayField
from notifications.routing.models import Absence, StaffAbsence
from notifications.routing.queries import targets_of

MOST = 100  # things at once


class MemberField(forms.ModelChoiceField):  # type: ignore[type-arg]
    """A member of the merchant in scope, by name and role."""

    def __init__(self, **options: Any) -> None:
        super().__init__(queryset=Membership.objects.none(), **options)

    def label_from_instance(self, obj: Any) -> str:
        return f"{obj.user} · {obj.role_name}"


def members() -> Any:
    return Membership.objects.select_related("user", "custom_role").filter(user__is_active=True).order_by("pk")


class CareForm(forms.Form):
    """Who is to look after which things. Only `own`, where the person may not decide for others."""

    member = MemberField(label=_("Who looks after it"), empty_label=None)
    target = forms.MultipleChoiceField(required=True, error_messages={"required": _("Tick at least one thing.")})

    def __init__(self, *args: Any, own: Membership, may_route: bool, **options: Any) -> None:
        super().__init__(*args, **{"initial": {"member": own.pk}, **options})
        chosen: Any = self.fields["member"]
        chosen.queryset = members() if may_route else members().filter(pk=own.pk)
        words: Any = self.fields["target"]
        words.valid_value = lambda word: True

    def clean_target(self) -> list[tuple[str, Any]]:
        words = set(self.cleaned_data["target"][:MOST])
        found = targets_of(words)
        if words - found.keys():
            raise forms.ValidationError(_("Something you ticked is no longer there. Search again."), code="gone")
        return list(found.values())


class DaysAwayForm(forms.Form):
    """When somebody is away, and who stands in."""

    first_day = DayField(label=pgettext_lazy("absence", "First day"), widget=forms.DateInput(attrs={"type": "date"}))
    last_day = DayField(label=pgettext_lazy("absence", "Last day"), widget=forms.DateInput(attrs={"type": "date"}))

    field_order = ("member", "first_day", "last_day", "deputy")

    def __init__(self, *args: Any, people: Any, own: Any, may_route: bool, absence: Any = None, **options: Any) -> None:
        """Of `people` only `own`, where the person may not decide for others."""
        first: dict[str, Any] = {"member": own.pk}
        if absence is not None:
            first = {name: getattr(absence, name) for name in ("first_day", "last_day")}
            first |= {"member": absence.member_id, "deputy": absence.deputy_id}
        super().__init__(*args, **{"initial": first, **options})
        fields: Any = self.fields
        fields["deputy"].queryset = people
        fields["member"].queryset = people if may_route else people.filter(pk=own.pk)
        if absence is not None:
            fields["member"].queryset = people.filter(pk=absence.member_id)


DEPUTY: dict[str, Any] = {
    "label": _("Who stands in"),
    "required": False,
    "empty_label": _("Nobody"),
    "help_text": _("Is told what the person away is told, as far as the role allows, and gets the e-mails instead."),
}


class AbsenceForm(DaysAwayForm):
    """Of a member of the shop in scope."""

    member = MemberField(label=_("Member"), empty_label=None)
    deputy = MemberField(**DEPUTY)

    def __init__(
        self, *args: Any, own: Membership, may_route: bool, absence: Absence | None = None, **options: Any
    ) -> None:
        super().__init__(*args, people=members(), own=own, may_route=may_route, absence=absence, **options)


class StaffField(forms.ModelChoiceField):  # type: ignore[type-arg]
    """One of the platform's staff, by name and role."""

    def __init__(self, **options: Any) -> None:
        super().__init__(queryset=User.objects.none(), **options)

    def label_from_instance(self, obj: Any) -> str:
        return f"{obj} · {obj.get_staff_role_display()}"


class StaffAbsenceForm(DaysAwayForm):
    """Of one of the platform's staff."""

    member = StaffField(label=pgettext_lazy("staff", "Who is away"), empty_label=None)
    deputy = StaffField(**DEPUTY)

    def __init__(
        self, *args: Any, own: User, may_route: bool, absence: StaffAbsence | None = None, **options: Any
    ) -> None:
        super().__init__(*args, people=staff_people(), own=own, may_route=may_route, absence=absence, **options)


def staff_people() -> Any:
    """Everybody who works for the platform, by name."""
    return User.objects.filter(is_active=True).exclude(staff_role="").order_by("name", "pk")
