"""Who is told in whose place, and where: the same for the members of a shop and for the platform's staff."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Generic, TypeVar

from notifications.inbox.kinds import Kind
from notifications.inbox.models import Reason, Timing
from notifications.inbox.queries import Choice

Person = TypeVar("Person")


@dataclass(frozen=True)
class Route(Generic[Person]):
    """One person is told, and why (models.Reason).

    `stands_for` are the users in whose place they are told too; `has_deputy` says that somebody gets the e-mail in
    theirs.
    """

    member: Person
    reason: str
    stands_for: tuple[int, ...] = ()
    has_deputy: bool = False


def standing_in(
    routes: Mapping[int, Route[Person]], able: Mapping[int, Person], away: Mapping[int, int | None]
) -> dict[int, Route[Person]]:
    """The routes by user and those of the deputies who are `able` to deal with it and are not away themselves.

    `away` are the users who are, each with the user who stands in, or None.
    """
    found = dict(routes)
    for user_id in [pk for pk in routes if pk in away]:
        deputy = away[user_id]
        if deputy is None or deputy not in able or deputy in away:
            continue
        found[user_id] = replace(found[user_id], has_deputy=True)
        theirs = found.get(deputy) or Route(able[deputy], Reason.DEPUTY)
        found[deputy] = replace(theirs, stands_for=(*theirs.stands_for, user_id))
    return found


def choices_of_all(kind: Kind, own: Mapping[int, Choice], routes: Mapping[int, Route[Person]]) -> dict[int, Choice]:
    """Where each user on these routes is told of the kind, from what each chose for themselves.

    A deputy is told at least where the person away would be, and gets the e-mail instead of them; what concerns
    security is mailed to both.
    """
    found = dict(own)
    for user_id, route in routes.items():
        if route.has_deputy and not kind.locked:
            found[user_id] = replace(own[user_id], mail=Timing.OFF)
        for away in route.stands_for:
            mine, theirs = found[user_id], own[away]
            mail = theirs.mail if mine.mail == Timing.OFF else mine.mail
            found[user_id] = replace(mine, inbox=mine.inbox or theirs.inbox, mail=mail)
    return found
