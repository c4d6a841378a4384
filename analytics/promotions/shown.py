"""The market share round a promotion, and what past ones did on the whole, as their pages and files show them."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext

from analytics.markets import words as market_words
from analytics.promotions.models import Promotion
from analytics.promotions.overview import Typical
from analytics.promotions.queries import names_of
from analytics.promotions.rules import Range
from analytics.promotions.shares import KEPT_WEEKS, ShareStory, Span
from core import figures
from core.charts import Event, Fan
from core.templatetags.sc import number
from ecommerce.orders.models import Channel

TYPICAL_COLUMNS = ("by", "key", "promotions", "units", "low", "middle", "high")
BY: dict[str, str | Promise] = {
    "depth": gettext_lazy("By price cut"),
    "product": gettext_lazy("By product"),
    "channel": gettext_lazy("By channel"),
}


def share(story: ShareStory | str, promotion: Promotion) -> dict[str, Any]:
    """What was won and kept; `why` says why there is nothing to say."""
    if isinstance(story, str):
        return {"why": _no_share(story), "finding": ""}
    weeks = [week for week, _came, _told in story.rows]
    first = next(week for week in weeks if week >= promotion.first_day or (promotion.first_day - week).days < 7)
    chart = Fan(
        past=weeks,
        actual=[None if came is None else 100 * came for _week, came, _told in story.rows],
        future=[],
        fan=[],
        unit="percent",
        digits=1,
        then=[None if told is None else (100 * told[0], 100 * told[1], 100 * told[2]) for _w, _c, told in story.rows],
        events=[Event(first, _("Promotion begins"))],
    ).data()
    return {
        "why": "",
        "market": story.market.category.label,
        "before": market_words.percent(story.before),
        "won": _span(story.won),
        "kept": _span(story.kept),
        "told": story.told,
        "tests": story.tests,
        "finding": _share_finding(story),
        "chart": {**chart, "today": ""},
        "head": [_("Week"), _("Your share"), _("Expected without it"), _("8 in 10")],
        "table": [
            [
                market_words.week_of(week),
                "–" if came is None else market_words.percent(came),
                "–" if told is None else market_words.percent(told[1]),
                "–" if told is None else f"{market_words.percent(told[0])} – {market_words.percent(told[2])}",
            ]
            for week, came, told in story.rows
        ],
    }


def _span(span: Span) -> dict[str, Any]:
    gained = span.gained
    return {
        "came": "" if span.came is None else market_words.percent(span.came),
        "weeks": span.weeks,
        "of": span.of,
        "gained": None
        if gained is None
        else dict(
            zip(("low", "middle", "high"), (market_words.points(end, signed=True) for end in gained), strict=True)
        ),
    }


def _share_finding(story: ShareStory) -> str:
    won, kept = story.won.gained, story.kept.gained
    if won is None:
        return _("Too few weeks are known to tell what the share would have been without it.")
    if won[0] > 0:
        said = _("It most likely won %(low)s to %(high)s of the market while it ran.") % _ends(won)
    elif won[2] < 0:
        said = _("The share was lower than expected without it while it ran.")
    else:
        said = _("While it ran the share stayed within what was expected without it.")
    if kept is None:
        return f"{said} {_('What is kept of it is told when the weeks after it are counted.')}"
    if kept[0] > 0 and won[0] > 0:
        after = _("Of that, %(low)s to %(high)s were kept in the weeks after.") % _ends(kept)
    elif kept[0] > 0:
        after = _("In the weeks after the share was higher than expected: by %(low)s to %(high)s.") % _ends(kept)
    elif kept[2] < 0:
        after = _("In the weeks after the share was lower than expected.")
    else:
        after = _("In the weeks after nothing of it can be told from the usual ups and downs.")
    if story.kept.weeks < KEPT_WEEKS:
        count = ngettext("Counted so far: %(n)s of %(of)s week.", "Counted so far: %(n)s of %(of)s weeks.", KEPT_WEEKS)
        after = f"{after} {count % {'n': story.kept.weeks, 'of': KEPT_WEEKS}}"
    return f"{said} {after}"


def _ends(gained: Range) -> dict[str, str]:
    return {"low": market_words.points(gained[0]), "high": market_words.points(gained[2])}


def _no_share(code: str) -> str:
    if code == "no_market":
        return _("The shop is in no market for this category, so there is no share to tell.")
    if code == "too_short":
        return _("Too few weeks of the market are known from before the promotion.")
    if code == "not_yet":
        return _("The weeks of the promotion are not counted in the market yet.")
    if code == "not_selling":
        return _("The shop did not sell in this market round that time.")
    return " ".join(market_words.withheld(code))


def typical(rows: Sequence[Typical]) -> list[dict[str, Any]]:
    """The overview in sections; each row with how many promotions stand behind it."""
    names = names_of([row.key for row in rows if row.by == "product"])
    sections = []
    for by, title in BY.items():
        these = [
            {
                "name": _label(row, names),
                "sku": names[row.key].sku if by == "product" and row.key in names else "",
                "count": row.count,
                "units": number(row.units),
                "middle": percent(row.middle),
                "low": percent(row.low),
                "high": percent(row.high),
                "clear": row.low > 0 or row.high < 0,
            }
            for row in rows
            if row.by == by
        ]
        if these:
            sections.append({"by": by, "title": title, "rows": these})
    return sections


def typical_finding(rows: Sequence[Typical]) -> str:
    """The overview in one sentence: the price cut of which most is known."""
    depths = [row for row in rows if row.by == "depth"]
    if not depths:
        return ""
    best = max(depths, key=lambda row: row.count)
    sentence = ngettext(
        "A cut of %(cut)s moved sales by %(middle)s against without it; 8 in 10: %(low)s to %(high)s. This rests on "
        "%(count)s past promotion.",
        "A cut of %(cut)s typically moved sales by %(middle)s against without it; 8 in 10: %(low)s to %(high)s. This "
        "rests on %(count)s past promotions.",
        best.count,
    )
    values = {"cut": _label(best, {}), "count": best.count}
    return sentence % {**values, **{name: percent(getattr(best, name)) for name in ("low", "middle", "high")}}


def _label(row: Typical, names: dict[int, Any]) -> str:
    if row.by == "depth":
        low, high = row.key
        if low == 0:
            return _("less than %(high)s%%") % {"high": high}
        return _("%(low)s%% and more") % {"low": low} if high >= 100 else f"{low}–{high}%"
    if row.by == "channel":
        return str(Channel(row.key).label)
    return str(names[row.key].full_title) if row.key in names else "–"


def percent(value: float) -> str:
    """A change in percent with its sign."""
    return figures.percent(value / 100, sign=True)


def typical_cells(row: Typical) -> list[Any]:
    """A row of the export under TYPICAL_COLUMNS: plain numbers, a cut as "20-30"."""
    key = f"{row.key[0]}-{row.key[1]}" if row.by == "depth" else row.key
    return [row.by, key, row.count, row.units, row.low, row.middle, row.high]
