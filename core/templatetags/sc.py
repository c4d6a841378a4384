"""Template tags of the house: icons, status badges, money, times, sparklines. All markup works under the strict CSP."""

from __future__ import annotations

import re
from collections.abc import Sequence
from datetime import date, datetime
from decimal import Decimal
from functools import lru_cache
from typing import Any

from babel.numbers import format_compact_currency, format_currency
from django import template
from django.template.loader import render_to_string
from django.templatetags.static import static
from django.utils import formats, timezone, translation
from django.utils.html import format_html
from django.utils.safestring import SafeString, mark_safe
from django.utils.translation import get_language, gettext, ngettext

from core.addresses import changed
from core.kept import Holes, filled_for_each, split
from core.kept import piece as kept_piece
from core.middleware import current_request_id

register = template.Library()


def babel_locale() -> str:
    return "zh_Hans" if (translation.get_language() or "").startswith("zh") else "en"


@register.simple_tag
@lru_cache(maxsize=1000)  # a list page draws hundreds
def icon(name: str, cls: str = "") -> SafeString:
    """A symbol of the icon sprite (names of Tabler Icons, outline)."""
    return format_html(
        '<svg class="icon {}" aria-hidden="true"><use href="{}#{}"/></svg>', cls, static("icons.svg"), name
    )


@register.simple_tag
def st(tone: str, label: object, pip: str = "", icon_name: str = "") -> SafeString:
    """A status badge: tone (success, warning, critical, info, neutral), words, and a shape, never colour alone.

    `pip` is "empty" (open), "half" (partly) or "full" (done); `icon_name` stands in its place for time and danger.
    """
    return _badge(tone, str(label), pip, icon_name)


@lru_cache(maxsize=2000)  # a page draws the same few again and again
def _badge(tone: str, label: str, pip: str, icon_name: str) -> SafeString:
    mark: str = ""
    if pip:
        mark = format_html('<span class="pip {}" aria-hidden="true"></span>', "" if pip == "empty" else pip)
    elif icon_name:
        mark = icon(icon_name)
    return format_html('<span class="st st-{}{}">{}{}</span>', tone, "" if mark else " plain", mark, label)


def _narrow(text: str) -> str:
    """A shop has one currency, so its short symbol says enough: ¥, not CN¥. A minus is a real minus."""
    return text.replace("CN¥", "¥").replace("-", "−")


@register.simple_tag
def money(amount: Decimal | None, currency: str) -> str:
    """An exact amount in its currency, as the reader's language writes it."""
    if amount is None:
        return "–"
    before, after, digits = _money_frame(currency, babel_locale(), amount < 0)
    return f"{before}{abs(amount):,.{digits}f}{after}"


@lru_cache(maxsize=500)
def _money_frame(currency: str, locale: str, negative: bool) -> tuple[str, str, int]:
    """What stands before and after the digits of an amount, and its decimals: as Babel draws them, but drawn once.

    Both languages group by three with commas and have a point before the decimals.
    """
    sample = _narrow(format_currency(Decimal("-1111.11" if negative else "1111.11"), currency, locale=locale))
    found = re.fullmatch(r"(.*?)1,111(?:\.(\d+))?(\D*)", sample)
    assert found is not None, sample
    return found[1], found[3], len(found[2] or "")


@register.simple_tag
def money_short(amount: Decimal | float | None, currency: str) -> str:
    """An amount to three significant digits for forecasts and tiles: ¥268, ¥2.69K, ¥26.9 万."""
    if amount is None:
        return "–"
    locale = babel_locale()
    size = abs(float(amount))
    scale = next((one for one in ((1e8, 1e4) if locale == "zh_Hans" else (1e9, 1e6, 1e3)) if size >= 0.9995 * one), 1.0)
    whole = len(str(int(round(size / scale, 6)))) if size >= scale else 1
    rough = round(float(amount) / scale, 3 - whole) * scale
    digits = max(0, 3 - whole) if scale > 1 else 0
    text = format_compact_currency(Decimal(str(round(rough, 6))), currency, locale=locale, fraction_digits=digits)
    text = re.sub(r"(\d)(\d{3})(?!\d)", r"\1,\2", text)  # Chinese writes up to 9,999 in full
    return _narrow(re.sub(r"(\d)([万亿])", r"\1 \2", text))


@register.filter
def number(value: Any, digits: int = 0) -> str:
    """A number with thousands separators; what rounds to nothing has no sign."""
    if value is None:
        return "–"
    if type(value) is int and not digits:
        return f"{value:,}".replace("-", "−")  # as both languages write it
    rounded: Any = round(value, digits) if isinstance(value, float | Decimal) else value  # Django cuts off, 0.6 to 0
    text = formats.number_format(rounded, digits, force_grouping=True).replace("-", "−")
    return text if re.search("[1-9]", text) else text.removeprefix("−")


@register.simple_tag
def when(moment: datetime | None) -> SafeString:
    """A moment in the active time zone: today and yesterday by name, else the date; the exact time as its title."""
    if moment is None:
        return SafeString("–")
    local = timezone.localtime(moment)
    days = (timezone.localtime().date() - local.date()).days
    clock = f"{local:%H:%M}"
    if days == 0:
        text = gettext("Today %(time)s") % {"time": clock}
    elif days == 1:
        text = gettext("Yesterday %(time)s") % {"time": clock}
    elif days == -1:
        text = gettext("Tomorrow %(time)s") % {"time": clock}
    elif abs(days) < 300:
        text = _moment(local, "SHORT_DATETIME_FORMAT")
    else:
        text = formats.date_format(local, "DATE_FORMAT")
    full = _moment(local, "DATETIME_FORMAT")
    return mark_safe(f'<time datetime="{moment.isoformat()}" title="{full}">{text}</time>')


def _moment(local: datetime, name: str) -> str:
    """A local moment in a format of core.formats that ends with the clock; days come again and again, so are kept."""
    return f"{_day(local.date(), name, translation.get_language() or '')}{local:%H:%M}"


@lru_cache(maxsize=2000)
def _day(day: date, name: str, language: str) -> str:
    return formats.date_format(day, formats.get_format(name, lang=language).removesuffix("H:i"))


@register.simple_tag
def due(moment: datetime | None, now: datetime | None = None) -> SafeString:
    """A deadline: how late it is (red), the time of day within the next day (amber), else when it is."""
    if moment is None:
        return SafeString("–")
    late = int(((now or timezone.now()) - moment).total_seconds() // 60)
    if late >= 0:
        title = _moment(timezone.localtime(moment), "DATETIME_FORMAT")
        return format_html('<span title="{}">{}</span>', title, st("critical", _late(late), "", "alert-triangle"))
    if late > -24 * 60:
        return st("warning", when(moment), "", "clock")
    return format_html('<span class="sc-2">{}</span>', when(moment))


def _late(minutes: int) -> str:
    if minutes < 60:
        return gettext("Late by %(n)d min") % {"n": max(minutes, 1)}
    if minutes < 48 * 60:
        return gettext("Late by %(n)d h") % {"n": minutes // 60}
    return gettext("Late by %(n)d d") % {"n": minutes // (24 * 60)}


@register.simple_tag
def stars(rating: int | None) -> SafeString:
    """One to five stars, read out as words."""
    return _stars(rating or 0, translation.get_language() or "")


@lru_cache
def _stars(rating: int, language: str) -> SafeString:
    label = ngettext("%(n)d of 5 stars", "%(n)d of 5 stars", rating) % {"n": rating}
    shapes = SafeString("".join(icon("star", "on" if position < rating else "") for position in range(5)))
    return format_html('<span class="sc-stars" role="img" aria-label="{}">{}</span>', label, shapes)


@register.simple_tag
def meter(percent: float, label: str, tone: str = "") -> SafeString:
    """A bar from 0 to 100."""
    return format_html(
        '<svg class="sc-meter {}" viewBox="0 0 100 6" preserveAspectRatio="none" role="img" aria-label="{}">'
        '<rect width="{}" height="6"/></svg>',
        tone,
        label,
        round(max(0.0, min(100.0, percent)), 1),
    )


@register.simple_tag
def spark(values: Sequence[float], cls: str = "", width: int = 96, height: int = 28) -> SafeString:
    """A sparkline of the values, oldest first; nothing for fewer than two."""
    points = [float(value) for value in values]
    if len(points) < 2:
        return SafeString("")
    low, high = min(points), max(points)
    span = (high - low) or 1.0
    step = width / (len(points) - 1)
    line = " ".join(
        f"{'M' if i == 0 else 'L'}{i * step:.1f} {height - 2 - (value - low) / span * (height - 4):.1f}"
        for i, value in enumerate(points)
    )
    return format_html(
        '<svg class="spark {}" viewBox="0 0 {} {}" preserveAspectRatio="none" aria-hidden="true">'
        '<path class="a" d="{}"/><path class="l" d="{}"/></svg>',
        cls,
        width,
        height,
        mark_safe(f"{line} L{width} {height} L0 {height} Z"),  # digits and letters made above
        mark_safe(line),
    )


@register.simple_tag(takes_context=True)
def query(context: dict[str, Any], **changes: Any) -> str:
    """The page's query string with some parameters changed; an empty value takes one away. Paging starts anew."""
    return changed(context["request"].GET, changes)


@register.simple_tag(takes_context=True)
def piece(context: template.Context, name: str) -> SafeString:
    """A part of the frame around the page, which `chrome` keeps drawn; drawn here on pages that have no frame."""
    chrome: Any = context.get("chrome")
    known: dict[Any, Any] = context.flatten()
    drawn: SafeString
    if not hasattr(chrome, "piece"):
        drawn = render_to_string(name, known)
    else:
        drawn = chrome.piece(name, str(known.get("csrf_token", "")), tuple(known.get("list_keys", ())))
    return drawn


class EachRow(template.Node):
    """The body of `eachrow`."""

    def __init__(self, rows: Any, name: str, keys: Sequence[Any], body: template.NodeList) -> None:
        self.rows, self.name, self.keys, self.nodelist = rows, name, keys, body

    def render(self, context: template.Context) -> SafeString:
        rows = self.rows.resolve(context)

        def draw() -> str:
            with context.push(**{self.name: Holes()}):
                return self.nodelist.render(context)

        if not self.keys:
            return filled_for_each(split(draw()), rows)
        key = (self, get_language(), *[one.resolve(context) for one in self.keys])
        return filled_for_each(kept_piece(key, draw), rows)


@register.tag
def eachrow(parser: Any, token: Any) -> EachRow:
    """{% eachrow rows as order %}<tr>…{{ order.number }}…</tr>{% endeachrow %}: as `for`, at a tenth of its time.

    The body is drawn once, and each row's values are put into the places that were left open. So it can show what a row
    holds, and cannot ask it anything (`if`, filters): `rows` are mappings of what is shown, worked out before. Text is
    escaped, HTML (SafeString) is not. With `{% eachrow rows as order kept key … %}` the body is kept under keys that
    are all it hangs on, as with `{% kept %}`.
    """
    words = token.split_contents()
    if len(words) < 4 or words[2] != "as" or words[4:5] not in ([], ["kept"]):
        raise template.TemplateSyntaxError("eachrow reads {% eachrow rows as name [kept key …] %}")
    body = parser.parse(("endeachrow",))
    parser.delete_first_token()
    keys = [parser.compile_filter(key) for key in words[5:]]
    return EachRow(parser.compile_filter(words[1]), words[3], keys, body)


@register.simple_tag(takes_context=True)
def tick(context: dict[str, Any], pk: int, label: object) -> SafeString:
    """The first cell of a row of core/list.html: the box for bulk actions. Nothing where the list has none."""
    if not context.get("bulk_url"):
        return SafeString("")
    return format_html(
        '<td class="cb"><label><span class="sc-vh">{}</span>'
        '<input class="form-check-input" type="checkbox" name="row" value="{}" data-row></label></td>',
        gettext("Select %(label)s") % {"label": label},
        pk,
    )


@register.simple_tag(takes_context=True)
def without(context: dict[str, Any], names: Sequence[str]) -> str:
    """The page's query string less these parameters: what the × of a filter chip leads to."""
    return query(context, **dict.fromkeys(names, ""))


@register.filter
def sort_link(page: Any, key: str) -> str:
    """Where the head of a sortable column leads: its sort, or the other way round if it is the current one."""
    sort = next(sort for sort in page.listing.sorts if sort.key == key)
    descending = not page.descending if page.sort.key == key else sort.descending
    return changed(page.params, {"sort": f"-{key}" if descending else key})


@register.simple_tag(takes_context=True)
def sort_url(context: template.Context, key: str) -> str:
    """sort_link() of the list shown, or the place left open for it as `link_<key>` in a head that is kept."""
    held: str | None = context.get(f"link_{key}")
    return sort_link(context["page"], key) if held is None else held


@register.simple_tag
def control(field: Any, **attrs: Any) -> SafeString:
    """The input of a bound form field with the classes of the house; further attributes as keywords (`rows=4`)."""
    widget = field.field.widget
    kind = getattr(widget, "input_type", "")
    own = {
        "select": "form-select",
        "checkbox": "form-check-input",
        "radio": "form-check-input",
        "hidden": "",
    }.get(kind, "form-control")
    invalid = "is-invalid" if field.errors else ""
    words = [own, widget.attrs.get("class", ""), attrs.pop("class", ""), invalid]
    attrs = {name.replace("_", "-"): value for name, value in attrs.items()}
    return SafeString(field.as_widget(attrs={**attrs, "class": " ".join(word for word in words if word)}))


@register.filter
def control_kind(field: Any) -> str:
    """How a field is laid out: "hidden", "check" (label behind), "set" (a group of choices) or "line"."""
    widget = field.field.widget
    if widget.is_hidden:
        return "hidden"
    if widget.use_fieldset:
        return "set"
    return "check" if getattr(widget, "input_type", "") == "checkbox" else "line"


@register.filter
def undo_of(message: Any) -> str:
    """The address that takes back what a message tells of, or ""."""
    tags = (message.extra_tags or "").split()
    return next((tag.removeprefix("undo:") for tag in tags if tag.startswith("undo:")), "")


@register.simple_tag
def request_id() -> str:
    """The id of this request, as it stands in the log."""
    return current_request_id()


@register.filter
def get(mapping: Any, key: Any) -> Any:
    """mapping[key], or None."""
    return mapping.get(key) if mapping else None
