"""The parameters and the form fields of a list's filters."""

from __future__ import annotations

from collections.abc import Callable, Hashable, Iterator
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
    key = (filters, get_language(), tuple(_choices(filters, make)))
    known = _drawn.get(key)
    if known is None:
        if len(_drawn) >= MOST:
            _drawn.clear()
        known = _drawn[key] = drawn_fields(make())
    return known


def _choices(
    filters: type[django_filters.FilterSet], make: Callable[[], django_filters.FilterSet]
) -> Iterator[Hashable]:
    """What can be chosen, where that is not the same for everybody: another shop's choices are another key."""
    found_anew = (one.extra.get("choices") for one in filters.base_filters.values())
    is_fixed = (
        filters.__init__ is django_filters.FilterSet.__init__
        and not any("queryset" in one.extra for one in filters.base_filters.values())
        and not any(callable(choices) and not isinstance(choices, type) for choices in found_anew)
    )
    if is_fixed:
        return
    for name, field in make().form.fields.items():
        choices = getattr(field, "choices", None)
        if choices is not None:
            yield name, tuple((str(key), str(words)) for key, words in choices)
