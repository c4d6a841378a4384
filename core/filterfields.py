"""The parameters and the form fields of a list's filters."""

from __future__ import annotations

from collections.abc import Callable, Hashable
from functools import cache
from typing import Any

import django_filters
from django.template.loader import render_to_string
from django.utils.safestring import SafeString
from django.utils.translation import get_language

MOST = 200  # drawn sets of fields that are kept
_drawn: dict[Hashable, SafeString] = {}


@cache
def parameters_of(filters: type[django_filters.FilterSet]) -> frozenset[str]:
    """The names of all parameters that the filters read."""
    form = filters().form
    return frozenset(key for name, field in form.fields.items() for key in names_of(name, field.widget))


def names_of(name: str, widget: Any) -> list[str]:
    """The parameters of a filter: its name, or one per part of a range."""
    return [f"{name}_{suffix}" if suffix else name for suffix in getattr(widget, "suffixes", None) or [""]]


def drawn_fields(filterset: django_filters.FilterSet) -> SafeString:
    """The fields as HTML, with what was chosen."""
    return render_to_string("core/list/fields.html", {"form": filterset.form})


def empty_fields(filters: type[django_filters.FilterSet], make: Callable[[], django_filters.FilterSet]) -> SafeString:
    """The fields with nothing chosen. They are drawn once for everybody who has the same choices."""
    filterset = None if _is_fixed(filters) else make()
    choices = () if filterset is None else _settled(filterset)
    key = (filters, get_language(), choices)
    known = _drawn.get(key)
    if known is None:
        if len(_drawn) >= MOST:
            _drawn.clear()
        known = _drawn[key] = drawn_fields(filterset or make())
    return known


def _is_fixed(filters: type[django_filters.FilterSet]) -> bool:
    """Whether everybody has the same choices: no function, query or constructor finds them anew."""
    options = [one.extra for one in filters.base_filters.values()]
    return (
        filters.__init__ is django_filters.FilterSet.__init__
        and not any("queryset" in extra for extra in options)
        and not any(callable(extra.get("choices")) and not isinstance(extra["choices"], type) for extra in options)
    )


def _settled(filterset: django_filters.FilterSet) -> Hashable:
    """What can be chosen, another shop's being another key; each field is drawn with the choices read here."""
    found = []
    for name, field in filterset.form.fields.items():
        choices = getattr(field, "choices", None)
        if choices is not None:
            # not list(): that asks for the length first, which is a query of its own
            field.widget.choices = [choice for choice in choices]  # noqa: C416
            found.append((name, tuple((str(key), str(words)) for key, words in field.widget.choices)))
    return tuple(found)
