"""Writing down outside competitors and what was seen of them."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from accounts.activity.log import record
from analytics.markets.events import CompetitorNamed, ObservationsRecorded
from analytics.markets.models import Market, Observation, Player
from analytics.markets.observing import Seen
from core.actors import Actor
from core.errors import Refused


@dataclass(frozen=True)
class Taken:
    """What rows bring: weeks that are new, that replace others or are known already, and new competitors."""

    new: int
    replaced: int
    known: int
    competitors: int

    @property
    def written(self) -> int:
        return self.new + self.replaced


@transaction.atomic
def name_competitor(market: Market, name: str, *, actor: Actor, player: Player | None = None) -> Player:
    """Add an outside competitor to a market, or give `player` another name; names are unique in a market."""
    name = name.strip()
    if not name:
        raise Refused("name", _("A competitor needs a name."), name=_("A competitor needs a name."))
    others = Player.objects.filter(market=market, merchant=None, name__iexact=name)
    if (others.exclude(pk=player.pk) if player else others).exists():
        raise Refused("taken", _("This market has a competitor of that name."), name=_("That name is taken."))
    before = player.name if player else ""
    if player is None:
        player = Player(market=market)
    elif player.merchant_id is not None:
        raise Refused("shop", _("Shops of the platform are not renamed here."))
    player.name = name
    player.save()
    named = CompetitorNamed(market_id=market.pk, player_id=player.pk, name=name)
    record(named, actor=actor, subject=player, changes={"name": (before, name)})
    return player


@transaction.atomic
def observe(market: Market, rows: Sequence[Seen], *, actor: Actor, source: str, is_trial: bool = False) -> Taken:
    """Write weeks of outside competitors down; with `is_trial` only say what that would do.

    Competitors that are not known yet are added. A week that is known with the same figures is not written again.
    """
    Market.objects.select_for_update().get(pk=market.pk)
    players = {player.name.casefold(): player for player in Player.objects.filter(market=market, merchant=None)}
    known: dict[tuple[str, object], tuple[float | None, ...]] = {}
    for one in Observation.objects.filter(player__market=market).select_related("player").order_by("known_at", "pk"):
        seen = Seen(one.player.name, one.week, one.units, one.value, one.price, one.promotion)
        known[one.player.name.casefold(), one.week] = seen.figures
    wanted = [row for row in rows if known.get((row.name.casefold(), row.week)) != row.figures]
    names = {row.name.casefold(): row.name for row in rows if row.name.casefold() not in players}
    replaced = sum((row.name.casefold(), row.week) in known for row in wanted)
    taken = Taken(len(wanted) - replaced, replaced, len(rows) - len(wanted), len(names))
    if is_trial or not wanted:
        return taken
    for key, name in names.items():
        players[key] = name_competitor(market, name, actor=actor)
    now = timezone.now()
    Observation.objects.bulk_create(
        [
            Observation(
                player=players[row.name.casefold()],
                week=row.week,
                units=row.units,
                value=row.value,
                price=row.price,
                promotion=row.promotion,
                source=source[:120],
                known_at=now,
                actor_label=actor.label[:150],
            )
            for row in wanted
        ],
        batch_size=500,
    )
    count = len({row.name.casefold() for row in wanted})
    recorded = ObservationsRecorded(market_id=market.pk, count=len(wanted), players=count, source=source[:120])
    record(recorded, actor=actor, subject=market)
    return taken
