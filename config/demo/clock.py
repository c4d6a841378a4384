"""Letting actions happen in the past, so that the demo's cases have an age. For the demo alone, in its one process."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime
from typing import Any

from django.db.models import Model
from django.db.models.signals import pre_save
from django.utils import timezone


@contextmanager
def as_of(moment: datetime) -> Iterator[None]:
    """What is asked for and written inside is dated `moment`, the entries of the activity log included."""
    now = timezone.now

    def date(sender: type[Model], instance: Model, **_more: Any) -> None:
        if instance._state.adding:
            for field in sender._meta.concrete_fields:
                if getattr(field, "default", None) is now:
                    setattr(instance, field.attname, moment)

    pre_save.connect(date)
    timezone.now = lambda: moment
    try:
        yield
    finally:
        timezone.now = now
        pre_save.disconnect(date)
