"""The people of the staff whom a fact is told, and where each is told it."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime

from accounts.people.models import User
from notifications.inbox.deputies import Route, choices_of_all, standing_in
from notifications.inbox.queries import Choice
from notifications.routing.queries import staff_away
from notifications.staffbox.kinds import StaffKind
from notifications.staffbox.queries import choices_for

Routes = Mapping[int, Route[User]]


def with_deputies(routes: Routes, able: Mapping[int, User], now: datetime) -> dict[int, Route[User]]:
    """The routes by user and those of the deputies who are `able` to deal with it and are not away themselves."""
    return standing_in(routes, able, {pk: absence.deputy_id for pk, absence in staff_away(now).items()})


def choices_along(kind: StaffKind, routes: Routes) -> dict[int, Choice]:
    """Where each user on these routes is told of the kind (deputies.choices_of_all)."""
    return choices_of_all(kind, choices_for(kind, list(routes)), routes)
