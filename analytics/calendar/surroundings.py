"""A shop's calendar and outside series as the engine takes them, as they were known on a day.

Of an own event that was entered later only occurrences that were over by then count; of a value only the one that was
known by then.
"""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date, timedelta

from accounts.merchants.models import Merchant
from analytics.calendar.festivals import PRIME_DAY
from analytics.calendar.models import OutsideSeries, OwnEvent
from analytics.calendar.queries import OWN, PRIME_NAMES, occasions_of, peers_of, vintages_of
from analytics.calendar.rules import period_end
from analytics.engine.occasions import Dated, Special, own_phases
from analytics.engine.peers import NOBODY
from analytics.engine.surroundings import Regressor, Surroundings

MOST_EVENTS = 40  # names of own events that are followed, the newest first: each one is tried on every past day


def surroundings(
    merchant: Merchant, first: date, data_to: date, horizon: int, as_of: date, figure: str = ""
) -> Surroundings:
    """What is known of the days from `first` to the end of the horizon to somebody who stands on `as_of`.

    With a figure of DailyFact also what festivals did to it in other shops.
    """
    last = data_to + timedelta(days=horizon)
    occasions, closed = calendar_of(merchant, first, last, as_of)
    tried = OutsideSeries.objects.filter(in_forecasts=True).order_by("pk")
    regressors = tuple(_regressor(one, first, last, data_to, as_of) for one in tried)
    peers = peers_of(merchant, figure, data_to) if figure else NOBODY
    return Surroundings(occasions, closed, regressors, peers)


def calendar_of(
    merchant: Merchant, first: date, last: date, as_of: date
) -> tuple[tuple[Special, ...], frozenset[date]]:
    """The occasions the shop follows, own events last, and the days on which it is closed."""
    events = list(OwnEvent.objects.order_by("first_day", "pk"))
    own: dict[str, list[OwnEvent]] = {}
    closed: set[date] = set()
    for event in events:
        spans = _known_spans(event, first, last, as_of)
        if event.is_closure:
            for start, end in spans:
                closed.update(start + timedelta(days=step) for step in range((end - start).days + 1))
        elif spans:
            own.setdefault(event.name_key, []).append(event)
    occasions: list[Special] = []
    prime = _days(own, PRIME_NAMES & own.keys(), first, last, as_of)
    for known, is_on in occasions_of(merchant, first, last):
        if not is_on:
            continue
        occasion = known.occasion
        if known.key == PRIME_DAY and isinstance(occasion, Dated):
            occasion = Dated(PRIME_DAY, tuple(sorted({*occasion.days, *prime})), occasion.phases)
        occasions.append(occasion)
    newest = sorted(own.keys() - PRIME_NAMES, key=lambda name: own[name][-1].first_day)[-MOST_EVENTS:]
    occasions += [_own(own[name], _days(own, (name,), first, last, as_of)) for name in newest]
    return tuple(occasions), frozenset(closed)


def _known_spans(event: OwnEvent, first: date, last: date, as_of: date) -> list[tuple[date, date]]:
    around = timedelta(days=event.lead_days), timedelta(days=event.after_days)
    spans = event.spans(first - around[1], last + around[0])
    return spans if event.known_on <= as_of else [span for span in spans if span[1] <= as_of]


def _days(
    own: dict[str, list[OwnEvent]], names: Iterable[str], first: date, last: date, as_of: date
) -> tuple[date, ...]:
    found = {start for name in names for event in own[name] for start, _end in _known_spans(event, first, last, as_of)}
    return tuple(sorted(found))


def _own(events: list[OwnEvent], days: tuple[date, ...]) -> Dated:
    """Events of one name as an occasion. The newest one says how long it lasts and works."""
    newest = events[-1]
    length = (newest.last_day - newest.first_day).days + 1
    return Dated(f"{OWN}{newest.name}", days, own_phases(newest.lead_days, length, newest.after_days))


def _regressor(series: OutsideSeries, first: date, last: date, data_to: date, as_of: date) -> Regressor:
    """The series day by day; a value of a week or month counts for each of its days.

    What became known between the last day of sales and `as_of` is known to the forecast, though not on that last day.
    """
    rows = []
    for one in vintages_of(series):
        if one.known_on > as_of:
            continue
        known_on = min(one.known_on, data_to)
        day, end = max(one.day, first), min(period_end(one.day, series.period), last)
        while day <= end:
            rows.append((day, one.value, known_on))
            day += timedelta(days=1)
    return Regressor.of(str(series.pk), rows, series.ahead)
