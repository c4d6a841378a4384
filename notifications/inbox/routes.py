"""The members whom a fact is told, each with the reason, and where each is told it."""

from __future__ import annotations

from collections.abc import Collection, Mapping

from accounts.members.models import Membership
from notifications.inbox.about import about, names_something
from notifications.inbox.deputies import Route, choices_of_all, standing_in
from notifications.inbox.kinds import Kind
from notifications.inbox.models import Reason
from notifications.inbox.queries import Choice, choices_for, members_to_tell
from notifications.inbox.sentences import Params
from notifications.routing.queries import away_on, carers, is_anybody_caring
from notifications.routing.rules import About


def routes_for(
    kind: Kind,
    params: Params,
    *,
    only: Collection[int] | None = None,
    told: Collection[int] = (),
    but: int | None = None,
) -> list[Route[Membership]]:
    """Whom to tell of a fact at the merchant in scope: the users `only`, where given, else those who look after what
    it names and who were `told` before, else everybody (also where it gathers several warehouses and nobody looks
    after one of them); of each those whose role deals with it, `but` one user, and the deputies of those who are away.

    What is about something that one of `only` started has no deputies; what a playbook gives them to deal with has.
    """
    if only is not None and not kind.by_playbook:
        return [Route(member, Reason.OWN) for member in members_to_tell(kind, only=only)]
    members = members_to_tell(kind)
    if only is not None:
        picked = {member.user_id: Route(member, Reason.ROLE) for member in members if member.user_id in only}
        return list(with_deputies(picked, {member.user_id: member for member in members}).values())
    fact = _named_by(kind, params)
    caring = carers(fact)
    able = [caring[member.user_id] for member in members if member.user_id in caring]
    chosen = members
    if able and not (fact.gathers and fact.warehouses.difference(*able)):
        chosen = [member for member in members if member.user_id in caring or member.user_id in told]
    routes = {
        member.user_id: Route(member, _reason(caring.get(member.user_id))) for member in chosen if member.user_id != but
    }
    deputies = {member.user_id: member for member in members if member.user_id != but}
    return list(with_deputies(routes, deputies).values())


def _named_by(kind: Kind, params: Params) -> About:
    """What a fact names that members may look after; security is nobody's to look after."""
    if kind.locked or kind.personal or not names_something(kind.name, params) or not is_anybody_caring():
        return About()
    return about(kind.name, params)


def _reason(places: Collection[int] | None) -> Reason:
    """Of a member by the warehouses that they are told for; None for one who looks after nothing of it."""
    if places is None:
        return Reason.ROLE
    return Reason.PLACE if places else Reason.CARE


def with_deputies(
    routes: Mapping[int, Route[Membership]], able: Mapping[int, Membership]
) -> dict[int, Route[Membership]]:
    """The routes and those of the deputies who are `able` to deal with it and are not away themselves."""
    away = away_on(next(iter(routes.values())).member.merchant.today()) if routes else {}
    deputies = {pk: absence.deputy.user_id if absence.deputy else None for pk, absence in away.items()}
    return standing_in(routes, able, deputies)


def choices_along(kind: Kind, routes: Collection[Route[Membership]], params: Params) -> dict[int, Choice]:
    """Where each member on these routes is told of the kind, or of the part of it that the fact belongs to
    (deputies.choices_of_all).
    """
    own = choices_for(kind, [route.member.user_id for route in routes], params)
    return choices_of_all(kind, own, {route.member.user_id: route for route in routes})
