"""Facts the apps announce. An emitting app defines its events; any app above it may handle them."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable
from dataclasses import asdict, dataclass, fields
from datetime import date, datetime, time
from decimal import Decimal
from typing import Any, ClassVar, TypeVar


@dataclass(frozen=True, kw_only=True)
class Event:
    """Ids and small values only, named in the past tense; `kind` is "<feature>.<fact>" and never changes.

    `label` names the fact for people, with its doer left out: _("Order shipped"). `sentence`, where there is more to
    say, stands in its place on the activity page and takes the event's own values: _("Order shipped with %(carrier)s").
    """

    kind: ClassVar[str]
    label: ClassVar[Any] = ""
    sentence: ClassVar[Any] = ""


E = TypeVar("E", bound=type[Event])
H = TypeVar("H", bound=Callable[..., None])
C = TypeVar("C", bound=Callable[..., Any])

_kinds: dict[str, type[Event]] = {}
_handlers: dict[str, list[Callable[..., None]]] = defaultdict(list)
_moved: dict[str, str] = {}


def event(cls: E) -> E:
    """Register an event class under its `kind`."""
    if cls.kind in _kinds:
        raise RuntimeError(f"two events are called {cls.kind}")
    _kinds[cls.kind] = cls
    return cls


def handles(*events: type[Event]) -> Callable[[H], H]:
    """Register `handler(event, activity)` for these events. It runs in the background, at least once."""

    def register(handler: H) -> H:
        for cls in events:
            _handlers[cls.kind].append(handler)
        return handler

    return register


def path_of(handler: Callable[..., Any]) -> str:
    return f"{handler.__module__}.{handler.__qualname__}"


def moved_from(old: str) -> Callable[[C], C]:
    """Say where a handler or task was before, so that what was queued under that path at an upgrade is still done."""

    def note(function: C) -> C:
        _moved[old] = path_of(function)
        return function

    return note


def path_now(path: str) -> str:
    """The path under which a handler or task is known today."""
    return _moved.get(path, path)


def handlers_of(kind: str) -> list[Callable[..., None]]:
    return list(_handlers[kind])


def kinds() -> dict[str, type[Event]]:
    return dict(_kinds)


def label_of(kind: str) -> str:
    """The fact's name for people; the kind itself where no code knows it (any more) or nobody named it."""
    cls = _kinds.get(kind)
    return str(cls.label) if cls is not None and cls.label else kind


def sentence_of(kind: str, payload: dict[str, Any]) -> str:
    """What happened, from the stored payload; falls back to the label when an older payload lacks a value."""
    cls = _kinds.get(kind)
    if cls is None or not cls.sentence:
        return label_of(kind)
    try:
        return str(cls.sentence) % payload
    except (KeyError, TypeError, ValueError):
        return label_of(kind)


def dump(event: Event) -> dict[str, Any]:
    """The event as JSON-ready values."""
    return {name: plain(value) for name, value in asdict(event).items()}


def plain(value: Any) -> Any:
    if isinstance(value, (date, datetime, time)):
        return value.isoformat()
    if isinstance(value, Decimal):
        return str(value)
    if isinstance(value, dict):
        return {key: plain(item) for key, item in value.items()}
    if isinstance(value, (list, tuple)):
        return [plain(item) for item in value]
    return value


def load(kind: str, payload: dict[str, Any]) -> Event:
    """The event back from its stored form, without fields that are gone. Raises KeyError for an unknown kind."""
    cls = _kinds[kind]
    known = {field.name for field in fields(cls)}
    return cls(**{name: value for name, value in payload.items() if name in known})
