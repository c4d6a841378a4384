"""Forms and the answers of actions."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, TypeVar

from django import forms
from django.core.exceptions import ValidationError

from core.errors import Refused

T = TypeVar("T")


def add_refusal(form: forms.BaseForm, refusal: Refused) -> None:
    """Show what an action said no to: at the fields it names as far as the form has them, else above the form."""
    placed = False
    for name, sentence in refusal.fields.items():
        if name in form.fields:
            form.add_error(name, sentence)
            placed = True
    if not placed:
        form.add_error(None, refusal.message)


def checked(rule: Callable[..., T], *values: Any) -> T:
    """The value as a rule cleans it, for the clean_… methods of forms; a Refused becomes their ValidationError."""
    try:
        return rule(*values)
    except Refused as refusal:
        raise ValidationError(refusal.message, code=refusal.code) from None
