"""When a member's weekly report is due."""

from __future__ import annotations

from datetime import date, datetime, time, timedelta

from notifications.inbox.rules import Hours

# After a stop of the machines it is still sent until then; later it would tell of a week that is long over.
LATEST = timedelta(hours=36)


def report_due(now: datetime, hours: Hours, shops_day: date) -> date | None:
    """The Monday whose report is due to a person now, None when none is.

    It comes at the hour of the daily summary by the person's own clock, once the shop's Monday has begun too: before
    that its week is not over. `shops_day` is the date it is now for the shop.
    """
    local = now.astimezone(hours.zone)
    monday = local.date() - timedelta(days=local.weekday())
    begins = datetime.combine(monday, time(hours.digest_hour), hours.zone)
    if not begins <= local < begins + LATEST or shops_day < monday:
        return None
    return monday


def may_be_due(now: datetime) -> bool:
    """Whether a report can be due to anybody on earth: spares the look at all members on the other days.

    From Monday's first moment east of the date line to the last one of LATEST west of it.
    """
    return (now + timedelta(hours=14)).weekday() <= 3
