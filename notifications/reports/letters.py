"""The weekly report as a mail: figures in words, the same as pictures, and what comes next."""

from __future__ import annotations

from datetime import date, timedelta

from django.urls import reverse
from django.utils.dates import WEEKDAYS_ABBR
from django.utils.formats import date_format
from django.utils.translation import get_language, gettext

from accounts.members.models import Membership
from core.mail import absolute
from core.templatetags.sc import money_short
from notifications.inbox.letters import ways_out, with_link
from notifications.inbox.queries import Shown
from notifications.mail.actions import post
from notifications.mail.compose import compose
from notifications.mail.models import Mail
from notifications.reports import charts
from notifications.reports.queries import Week, report_name

KIND = "weekly-report"


def send_report(member: Membership, week: Week, warnings: list[Shown], more: int) -> Mail:
    """The report to a member of the merchant in scope, in the active language and time zone; once a week.

    `warnings` are the first of what waits in the member's inbox, `more` how many others do.
    """
    merchant = member.merchant
    headers, links = ways_out(merchant, member.user_id, KIND)
    title = gettext("Your week: %(amount)s in sales") % {"amount": money_short(week.total, week.currency)}
    pictures = _pictures(week)
    values = {
        **links,
        "merchant": merchant,
        "title": title,
        "week": week,
        "last_day": week.monday - timedelta(days=1),
        "rows": list(zip(week.days, week.sales, week.before, strict=True)),
        "percent": abs(week.change) * 100 if week.change is not None else None,
        "place": week.foreseen.place(week.total) if week.foreseen else None,
        "warnings": [with_link(item, merchant) for item in warnings],
        "more": more,
        "pictures": {name.partition("-")[0]: name for name, _content in pictures},
        "inbox_url": absolute(reverse("inbox", args=[merchant.slug])),
        "action_url": absolute(reverse("merchant-home", args=[merchant.slug])),
        "gap": "" if (get_language() or "").startswith("zh") else " ",  # between sentences
        "width": charts.WIDTH,
        "height": charts.HEIGHT,
    }
    text, html = compose("notifications/reports/mail", values)
    return post(
        to=member.user.email,
        subject=f"{title} · {merchant.name}",
        text=text,
        html=html,
        purpose=Mail.Purpose.NOTICE,
        headers=headers,
        dedupe=report_name(merchant.pk, member.user_id, week.monday),
        inline=[(name, "image/png", content) for name, content in pictures],
    )


def _pictures(week: Week) -> list[tuple[str, bytes]]:
    """(Content-ID, PNG) of each chart there is something to show in."""
    day = f"{week.monday:%Y%m%d}@storecast"
    found = []
    if week.total or week.total_before:
        found.append((f"sales-{day}", charts.bars(_labels(week.days), week.sales, week.before)))
    if week.ahead_days:
        ahead = week.ahead_days
        picture = charts.ranges(
            _labels([one.day for one in ahead]),
            [one.low for one in ahead],
            [one.middle for one in ahead],
            [one.high for one in ahead],
        )
        found.append((f"ahead-{day}", picture))
    return found


def _labels(days: list[date] | tuple[date, ...]) -> list[str]:
    """Weekdays in the reader's language where the letters for it are there, else the days of the month."""
    if (get_language() or "").startswith("zh") and not charts.can_write_chinese():
        return [str(day.day) for day in days]
    names = [
        str(WEEKDAYS_ABBR[day.weekday()]).replace("星期", "周") for day in days
    ]  # short, as they stand side by side
    return [f"{name} {date_format(day, 'j')}" for name, day in zip(names, days, strict=True)]
