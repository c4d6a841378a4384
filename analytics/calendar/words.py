"""The calendar in words a merchant uses."""

from __future__ import annotations

from django.utils.translation import get_language, gettext_lazy, ngettext
from django.utils.translation import gettext as _

from analytics.calendar.festivals import holiday_name
from analytics.calendar.models import OccasionEffect
from analytics.calendar.queries import OWN

FESTIVAL_NAMES = {
    "nianhuo": gettext_lazy("Nianhuo"),
    "spring_festival": gettext_lazy("Spring Festival"),
    "lantern": gettext_lazy("Lantern Festival"),
    "women_38": gettext_lazy("38 Festival"),
    "qingming": gettext_lazy("Qingming"),
    "mid_year_618": gettext_lazy("618"),
    "dragon_boat": gettext_lazy("Dragon Boat Festival"),
    "qixi": gettext_lazy("Qixi"),
    "mid_autumn": gettext_lazy("Mid-Autumn Festival"),
    "double_ninth": gettext_lazy("Double Ninth Festival"),
    "double_11": gettext_lazy("Double 11"),
    "black_friday": gettext_lazy("Black Friday"),
    "cyber_monday": gettext_lazy("Cyber Monday"),
    "double_12": gettext_lazy("Double 12"),
    "christmas": gettext_lazy("Christmas"),
    "prime_day": gettext_lazy("Prime Day"),
}


def occasion_name(key: str) -> str:
    """A festival, a public holiday in the reader's language, or an own event by its name."""
    if key.startswith(OWN):
        return key.removeprefix(OWN)
    if key.startswith("holiday:"):
        return holiday_name(key, "zh" if (get_language() or "").startswith("zh") else "en")
    return str(FESTIVAL_NAMES.get(key, key))


def effect(seen: OccasionEffect | None) -> str:
    """What an occasion did before, as the newest forecast saw it: "last three times +61 %"."""
    if seen is None:
        return _("not seen before")
    if seen.change is None:
        return _("no effect beyond chance")
    percent = round(seen.change * 100)
    sentence = ngettext("last time %(change)s%%", "last %(past)s times %(change)s%%", seen.past)
    return sentence % {"past": seen.past, "change": f"+{percent}" if percent > 0 else f"−{abs(percent)}"}
