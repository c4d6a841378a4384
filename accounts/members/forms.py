"""What is typed about a team."""

from __future__ import annotations

from typing import Any

from django import forms
from django.contrib.auth.password_validation import validate_password
from django.utils.translation import gettext_lazy as _

from accounts.members.models import BuiltInRole, Role, words_of
from core import roles

CUSTOM = "role:"


def role_choices(held: frozenset[str]) -> list[tuple[str, Any]]:
    """The roles a person may give: those that may do no more than themselves."""
    held = held | roles.withheld_while_restricted()
    built_in = [(role.value, role.label) for role in BuiltInRole if words_of(role, None) <= held]
    made = [(f"{CUSTOM}{role.pk}", role.name) for role in Role.objects.all() if words_of("", role) <= held]
    return [*built_in, *made]


class RoleField(forms.ChoiceField):
    """A built-in role, or one of the merchant's own; cleans to {"role": …, "custom_role": …}."""

    def clean(self, value: Any) -> dict[str, Any]:
        value = super().clean(value)
        if not value.startswith(CUSTOM):
            return {"role": value, "custom_role": None}
        role = Role.objects.filter(pk=value.removeprefix(CUSTOM)).first()
        if role is None:
            raise forms.ValidationError(_("This role was deleted in the meantime."))
        return {"role": BuiltInRole.ANALYST.value, "custom_role": role}


class RoleOnlyForm(forms.Form):
    """`choices` saves asking for the roles again where a page holds many of these forms."""

    role = RoleField(label=_("Role"))

    def __init__(
        self, *args: Any, held: frozenset[str], choices: list[tuple[str, Any]] | None = None, **kwargs: Any
    ) -> None:
        super().__init__(*args, **kwargs)
        self.fields["role"].choices = role_choices(held) if choices is None else choices  # type: ignore[attr-defined]


class InviteForm(RoleOnlyForm):
    email = forms.EmailField(label=_("E-mail address"), max_length=254)

    field_order = ("email", "role")


class RoleForm(forms.Form):
    name = forms.CharField(label=_("Name"), max_length=60)
    permissions = forms.MultipleChoiceField(label=_("May"), widget=forms.CheckboxSelectMultiple, required=False)

    def __init__(self, *args: Any, held: frozenset[str], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.held = held
        self.fields["permissions"].choices = [(word, word) for word in sorted(held)]  # type: ignore[attr-defined]

    @property
    def areas(self) -> list[tuple[str, list[roles.Box]]]:
        return roles.boxes(self.held, self["permissions"].value() or ())


class NewPersonForm(forms.Form):
    """The account of somebody who is new here: their address is proven by the link that brought them."""

    name = forms.CharField(label=_("Your name"), max_length=100, widget=forms.TextInput(attrs={"autocomplete": "name"}))
    password = forms.CharField(
        label=_("Password"),
        max_length=200,
        widget=forms.PasswordInput(attrs={"autocomplete": "new-password"}),
        help_text=_("At least 12 characters; a few words in a row are easy to keep in mind."),
    )

    def clean_password(self) -> str:
        password: str = self.cleaned_data["password"]
        validate_password(password)
        return password
