"""The calendar as its page shows it: a month of days with what is on them, and what lies ahead."""

from __future__ import annotations

from calendar import Calendar
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import date, timedelta
from typing import Any

from django.urls import reverse
from django.utils.translation import gettext as _

from accounts.merchants.models import Merchant
from analytics.calendar import words
from analytics.calendar.festivals import PRIME_DAY, Known
from analytics.calendar.icalendar import Entry
from analytics.calendar.models import OwnEvent
from analytics.calendar.queries import OWN, PRIME_NAMES, effects_of, event_list, occasions_of

AHEAD_DAYS = 365
MEASURE = "sales_value"  # whose effects are told


@dataclass(frozen=True)
class Item:
    """Something on a day: `tone` is festival, holiday, own or closed."""

    name: str
    tone: str
    url: str = ""


@dataclass
class Day:
    day: date
    in_month: bool
    is_today: bool
    items: list[Item] = field(default_factory=list)


@dataclass(frozen=True)
class Coming:
    """A festival, holiday or own event ahead, with what it did before."""

    name: str
    first: date
    last: date
    tone: str
    kind: str
    before: str
    url: str = ""


def month_of(text: str, today: date) -> date:
    """The first day of the month in a query such as 2026-11; this month for anything else."""
    try:
        first = date.fromisoformat(f"{text}-01")
    except ValueError:
        first = today.replace(day=1)
    return first if 2000 <= first.year <= today.year + 10 else today.replace(day=1)


def months_beside(first: date) -> tuple[str, str]:
    """The months before and after, as the query names them."""
    before, after = first - timedelta(days=1), first + timedelta(days=32)
    return f"{before:%Y-%m}", f"{after:%Y-%m}"


def weeks(merchant: Merchant, first: date, today: date) -> list[list[Day]]:
    """The weeks of a month, Monday first, each day with what is on it. Three queries."""
    dates = list(Calendar().itermonthdates(first.year, first.month))
    days = {day: Day(day, day.month == first.month, day == today) for day in dates}
    for known, is_on in occasions_of(merchant, dates[0], dates[-1]):
        for day in known.occasion.between(dates[0], dates[-1]) if is_on else ():
            if day in days:
                tone = "holiday" if known.is_holiday else "festival"
                days[day].items.append(Item(words.occasion_name(known.key), tone))
    for event in event_list():
        for start, end in event.spans(dates[0], dates[-1]):
            for step in range((end - start).days + 1):
                day = start + timedelta(days=step)
                if day in days:
                    tone = "closed" if event.is_closure else "own"
                    days[day].items.append(Item(event.name, tone, event.get_absolute_url()))
    ordered = [days[day] for day in dates]
    return [ordered[at : at + 7] for at in range(0, len(ordered), 7)]


def coming(merchant: Merchant, today: date) -> list[Coming]:
    """What lies ahead within a year, the nearest first; own events that are repeated yearly once."""
    last = today + timedelta(days=AHEAD_DAYS)
    effects = effects_of(MEASURE)
    found = []
    for known, is_on in occasions_of(merchant, today, last):
        day = next((one for one in known.occasion.between(today, last) if today <= one <= last), None)
        if is_on and day is not None:
            kind = _("Public holiday") if known.is_holiday else _("Festival")
            tone = "holiday" if known.is_holiday else "festival"
            said = words.effect(effects.get(known.key))
            found.append(Coming(words.occasion_name(known.key), day, day, tone, kind, said))
    for event in event_list():
        for start, end in [span for span in event.spans(today, last) if span[1] >= today][:1]:
            key = PRIME_DAY if event.name_key in PRIME_NAMES else f"{OWN}{event.name}"
            said = _("nothing is expected") if event.is_closure else words.effect(effects.get(key))
            tone = "closed" if event.is_closure else "own"
            kind = event.get_kind_display()
            found.append(Coming(event.name, start, end, tone, kind, said, event.get_absolute_url()))
    return sorted(found, key=lambda one: (one.first, one.name))


def choices(merchant: Merchant, today: date) -> list[dict[str, Any]]:
    """Every festival and holiday there is to follow, and whether the shop does."""
    return [
        {"key": known.key, "name": words.occasion_name(known.key), "is_on": is_on, "when": _next(known, today)}
        for known, is_on in occasions_of(merchant, today, today + timedelta(days=AHEAD_DAYS))
    ]


def _next(known: Known, today: date) -> date | None:
    days = known.occasion.between(today, today + timedelta(days=AHEAD_DAYS))
    return next((day for day in days if day >= today), None)


def prime_day_is_unknown(merchant: Merchant, today: date) -> bool:
    """Whether the shop follows Prime Day and nobody has said when the next one is."""
    on = {known.key for known, is_on in occasions_of(merchant, today, today) if is_on}
    return PRIME_DAY in on and not any(
        event.first_day >= today for event in OwnEvent.objects.filter(name_key__in=PRIME_NAMES)
    )


def entries(merchant: Merchant, today: date) -> Iterator[Entry]:
    """Own events, and the festivals of the year before and after, for other calendars."""
    first, last = today - timedelta(days=AHEAD_DAYS), today + timedelta(days=AHEAD_DAYS)
    for event in event_list():
        uid = f"event-{event.pk}@{merchant.slug}.storecast"
        yield Entry(uid, event.name, event.first_day, event.last_day, event.note, event.yearly)
    for known, is_on in occasions_of(merchant, first, last):
        for day in known.occasion.between(first, last) if is_on else ():
            uid = f"{known.key.replace(' ', '-').lower()}-{day:%Y%m%d}@storecast"
            yield Entry(uid, words.occasion_name(known.key), day, day)


def back_to(merchant: Merchant) -> str:
    return reverse("calendar", args=[merchant.slug])
