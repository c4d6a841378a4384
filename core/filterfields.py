"""The parameters and the form fields of a list's filters."""

from __future__ import annotations

from collections.abc import Callable, Hashable, Mapping
from datetime import date, datetime
from functools import cache
from typing import Any

import django_filters
from django.db.models import Model, QuerySet
from django.forms import ChoiceField, ModelChoiceField, MultipleChoiceField
from django.template.loader import render_to_string
from django.utils import formats, timezone
from django.utils.safestring import SafeString
from django.utils.translation import get_language, gettext

from core.filters import Choices
from core.kept import filled, piece


@cache
def parameters_of(filters: type[django_filters.FilterSet]) -> frozenset[str]:
    """The names of all parameters that the filters read."""
    form = filters().form
    return frozenset(key for name, field in form.fields.items() for key in names_of(name, field.widget))


def names_of(name: str, widget: Any) -> list[str]:
    """The parameters of a filter: its name, or one per part of a range."""
    return [f"{name}_{suffix}" if suffix else name for suffix in getattr(widget, "suffixes", None) or [""]]


def drawn_fields(filterset: django_filters.FilterSet) -> SafeString:
    """The fields as HTML, with what was chosen; kept where that is one of a fixed set of choices."""

    def draw() -> SafeString:
        return _drawn_anew(filterset)

    form = filterset.form
    kinds: Any = type(filterset)
    chosen = tuple((name, value) for name, value in form.data.items() if value and name in parameters_of(kinds))
    are_few = is_fixed(kinds) and form.is_valid() and all(_is_plain_choice(form.fields.get(name)) for name, _ in chosen)
    return _kept((kinds, get_language(), chosen), draw) if are_few else draw()


def _drawn_anew(filterset: django_filters.FilterSet) -> SafeString:
    return render_to_string("core/list/fields.html", {"form": filterset.form})


def _is_plain_choice(field: Any) -> bool:
    return isinstance(field, ChoiceField) and not isinstance(field, MultipleChoiceField)


def _kept(key: Hashable, draw: Callable[[], SafeString]) -> SafeString:
    return filled(piece(key, draw), {})


def empty_fields(filters: Any, make: Callable[[], django_filters.FilterSet], given: Mapping[str, Any]) -> SafeString:
    """The fields of a FilterSet class with nothing chosen. They are drawn once for everybody who has the same choices.

    `given` are the rows of choice_rows(), read already.
    """
    filterset = None if is_fixed(filters) else make()
    choices = () if filterset is None else settle(filterset, given)
    return _kept((filters, get_language(), choices), lambda: _drawn_anew(filterset or make()))


def choice_rows(filterset: django_filters.FilterSet) -> dict[str, QuerySet[Any]]:
    """The queries that the choices are rows of, each once, by the name of a filter that has them."""
    found: dict[str, QuerySet[Any]] = {}
    seen: set[Choices] = set()
    for name, field in filterset.form.fields.items():
        choices = filterset.filters[name].extra.get("choices")
        if isinstance(choices, Choices) and choices not in seen:
            seen.add(choices)
            found[name] = choices.rows()
        elif isinstance(field, ModelChoiceField):
            rows: Any = field.queryset
            found[name] = rows.all()
    return found


@cache
def is_fixed(filters: Any) -> bool:
    """Whether everybody has the same choices: no function, query or constructor finds them anew."""
    options = [one.extra for one in filters.base_filters.values()]
    return (
        filters.__init__ is django_filters.FilterSet.__init__
        and not any("queryset" in extra for extra in options)
        and not any(callable(extra.get("choices")) and not isinstance(extra["choices"], type) for extra in options)
    )


def settle(filterset: django_filters.FilterSet, given: Mapping[str, Any]) -> Hashable:
    """Give each field its choices, from the rows of choice_rows() where they are given; all of them, as a key."""
    found = []
    read: dict[Choices, list[tuple[str, str]]] = {}
    for name, field in filterset.form.fields.items():
        if not hasattr(field, "choices"):
            continue
        choices = filterset.filters[name].extra.get("choices")
        if isinstance(choices, Choices):
            if name in given:
                read[choices] = choices.of(given[name])
            field.choices = read[choices] if choices in read else choices()
        if name in given and isinstance(field, ModelChoiceField):
            rows = [(field.prepare_value(row), field.label_from_instance(row)) for row in given[name]]
            field.widget.choices = rows if field.empty_label is None else [("", field.empty_label), *rows]
        else:
            # not list(): that asks for the length first, which is a query of its own
            field.widget.choices = [choice for choice in field.choices]  # noqa: C416
        found.append((name, tuple((str(key), str(words)) for key, words in field.widget.choices)))
    return tuple(found)


def filtered(filterset: django_filters.FilterSet, rows: QuerySet[Any]) -> QuerySet[Any]:
    """The rows that the filters leave; one wrong value does not undo the other filters."""
    form = filterset.form
    form.is_valid()
    for name in form.fields:
        form.cleaned_data.setdefault(name, None)
    found: QuerySet[Any] = filterset.filter_queryset(rows)
    return found


def chips_of(filterset: django_filters.FilterSet, params: Mapping[str, Any]) -> list[dict[str, Any]]:
    """The set filters: parameter names, label and the words for the value, for the chips above the table."""
    form = filterset.form
    form.is_valid()
    chips = []
    for name, value in form.cleaned_data.items():
        if value in (None, "", [], ()):
            continue
        field = form.fields[name]
        names = [key for key in names_of(name, field.widget) if key in params]
        chips.append({"names": names, "label": field.label or name, "value": words_for(field, value)})
    return chips


def words_for(field: Any, value: Any) -> str:
    """The value of a filter as its chip says it."""
    if isinstance(value, slice):
        start, stop = ("" if edge is None else _plain(edge) for edge in (value.start, value.stop))
        return f"{start} – {stop}".strip()
    if isinstance(value, (str, Model)) or not hasattr(value, "__iter__"):
        value = [value]
    choices = getattr(field, "choices", None)  # may be an iterator that knows no length, so it has no truth value
    is_row = any(isinstance(item, Model) for item in value)
    named = {} if is_row or choices is None else dict(_flat(choices))
    return ", ".join(str(named.get(item) or named.get(str(item)) or _plain(item)).strip() for item in value)


def _flat(choices: Any) -> list[tuple[Any, Any]]:
    """Choices without their groups."""
    flat: list[tuple[Any, Any]] = []
    for key, words in choices:
        flat.extend(words if isinstance(words, (list, tuple)) else [(key, words)])
    return flat


def _plain(value: Any) -> str:
    if isinstance(value, bool):
        return gettext("Yes") if value else gettext("No")
    if isinstance(value, datetime):
        return formats.date_format(timezone.localtime(value), "DATE_FORMAT")
    if isinstance(value, date):
        return formats.date_format(value, "DATE_FORMAT")
    return str(value)
