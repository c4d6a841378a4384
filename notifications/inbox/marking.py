"""What the pages of the inbox have in common: what is done with ticked rows, and how it is taken back."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping, Sequence
from datetime import datetime
from hashlib import blake2b
from typing import Any, Protocol
from urllib.parse import urlencode

from django.http import HttpResponse, HttpResponseBadRequest
from django.shortcuts import redirect, render
from django.utils import timezone, translation
from django.utils.translation import gettext_lazy as _
from django.utils.translation import ngettext

from accounts.people.models import User
from core.htmx import back, done, toast
from core.lists import Listing, ListPage
from notifications.inbox.actions import mark, snooze
from notifications.inbox.counting import Unread, topics
from notifications.inbox.doing import finish, open_rows, reopen
from notifications.inbox.folding import by_urgency
from notifications.inbox.forms import DoingForm, snooze_end
from notifications.inbox.models import Notification, NotificationQuerySet
from notifications.inbox.queries import Shown

State = Notification.State

KEYS = [
    ("E", _("Done: archive it")),
    ("U", _("Read or unread")),
    ("S", _("Snooze until…")),
    ("A", _("Pass on to a colleague")),
    ("M", _("Why you get it, and no more of this kind")),
]


def list_context(listed: ListPage, notes: list[Shown]) -> dict[str, Any]:
    """What the list shows, at one shop and over all."""
    return {
        "page": listed,
        "groups": by_urgency(notes),
        "list_keys": KEYS,
        "search_label": _("Search the inbox"),
        "search_hint": _("Order, product, name, or what happened"),
    }


def topics_for(unread: Unread, named: Mapping[str, Any] | None = None) -> list[dict[str, Any]]:
    """The topics as one chooses among them (of members, or those `named`), each with how many are unread."""
    labels = topics() if named is None else named
    return [{"key": key, "label": label, "unread": unread.topics.get(key, 0)} for key, label in labels.items()]


def counted(request: Any, unread: Unread, template: str = "notifications/inbox/count.html") -> HttpResponse:
    """The number for a badge, and what the page is told with it; 304 where the browser has just that."""
    state = unread.figures
    tag = f'"{blake2b(json.dumps(state).encode(), digest_size=8).hexdigest()}-{translation.get_language()}"'
    if request.headers.get("If-None-Match") == tag:
        response = HttpResponse(status=304)
    else:
        response = render(request, template, {"unread": unread.label})
        response["HX-Trigger"] = json.dumps({"inbox-count": state})
    response["ETag"] = tag
    response["Cache-Control"] = "private, no-cache"
    return response


class Deeds(Protocol):
    """What a person may do with rows of an inbox of theirs. Each returns how many it changed.

    `states` are all that rows have, `too_late` is what to say of rows that others were quicker with ("" for nothing),
    `events` are what the page is told after a change, beside that the inbox has.
    """

    states: Sequence[str]
    too_late: Any
    events: tuple[str, ...]

    def follow(self, rows: Any) -> int:
        """Note that the person went to do what they ask for."""

    def read(self, rows: Any) -> int:
        """Mark those before the person read."""

    def take_up(self, rows: Any, *, state: str, by: User) -> int:
        """Bring them back, or mark them, with that state: read or unread."""

    def finish(self, rows: Any, *, by: User) -> int:
        """Mark them done."""

    def snooze(self, rows: Any, *, until: datetime) -> int:
        """Put them aside until then."""

    def set_back(self, rows: Any, *, state: str, by: User) -> int:
        """Give them a state back that they had, neither read nor unread."""


class MemberDeeds:
    """With notifications at shops."""

    states: Sequence[str] = State.values
    too_late: Any = ""
    events: tuple[str, ...] = ()

    def follow(self, rows: NotificationQuerySet) -> int:
        return open_rows(rows, acted=True)

    def read(self, rows: NotificationQuerySet) -> int:
        return mark(rows.exclude(state__in=[State.ARCHIVED, State.HANDLED]), state=State.READ)

    def take_up(self, rows: NotificationQuerySet, *, state: str, by: User) -> int:
        return reopen(rows, state=state, by=by)

    def finish(self, rows: NotificationQuerySet, *, by: User) -> int:
        return finish(rows.exclude(state=State.HANDLED), by=by)

    def snooze(self, rows: NotificationQuerySet, *, until: datetime) -> int:
        return snooze(rows, until=until)

    def set_back(self, rows: NotificationQuerySet, *, state: str, by: User) -> int:
        return mark(rows, state=state)


MEMBERS = MemberDeeds()


def marked(
    request: Any, mine: Any, listing: Listing, here: str, again: Callable[[], HttpResponse], deeds: Deeds = MEMBERS
) -> HttpResponse:
    """Do what was posted with the chosen of my rows; `again` draws the list anew, `here` is its address."""
    if "undo" in request.GET:
        return _undo(request, mine, here, deeds)
    form = DoingForm(request.POST)
    if not form.is_valid():
        return HttpResponseBadRequest()
    doing, named = form.cleaned_data["do"]
    chosen = mine.filter(pk__in=named) if named else listing.chosen(mine, request.GET, request.POST)
    rows: Any = mine.filter(pk__in=chosen.order_by().values("pk"))
    before = list(rows.order_by("pk").values_list("pk", "state")[:101])
    undo = "" if len(before) > 100 else undo_url(request.path, before)
    say, count = _do(doing, rows, deeds, by=request.user)
    is_too_late = bool(doing == "archive" and not count and deeds.too_late)
    if is_too_late:
        say, undo = str(deeds.too_late), ""
    if not request.headers.get("HX-Request"):
        return done(request, back(request, here), say, undo=undo)
    return announce(toast(again(), say, undo=undo) if count or is_too_late else again(), *deeds.events)


def _do(doing: str, rows: Any, deeds: Deeds, *, by: User) -> tuple[str, int]:
    now = timezone.now()
    match doing:
        case "follow":
            count = deeds.follow(rows)
            say = ngettext("%(count)d marked as read", "%(count)d marked as read", count)
        case "read":
            count = deeds.read(rows)
            say = ngettext("%(count)d marked as read", "%(count)d marked as read", count)
        case "unread" | "restore":
            count = deeds.take_up(rows, state=State.UNREAD if doing == "unread" else State.READ, by=by)
            say = ngettext("%(count)d back in the inbox", "%(count)d back in the inbox", count)
            if doing == "unread":
                say = ngettext("%(count)d marked as unread", "%(count)d marked as unread", count)
        case "archive":
            count = deeds.finish(rows, by=by)
            say = ngettext("%(count)d archived", "%(count)d archived", count)
        case _:
            count = deeds.snooze(rows, until=snooze_end(doing, now))
            say = ngettext("%(count)d snoozed", "%(count)d snoozed", count)
    return say % {"count": count}, count


def undo_url(path: str, before: list[tuple[int, str]]) -> str:
    """The address whose POST gives these rows their states back."""
    return f"{path}?{urlencode([('undo', '1'), *((state, pk) for pk, state in before)])}"


def _undo(request: Any, mine: Any, here: str, deeds: Deeds) -> HttpResponse:
    for state in deeds.states:
        pks = [int(pk) for pk in request.GET.getlist(state)[:101] if pk.isascii() and pk.isdigit() and len(pk) < 19]
        if pks:
            rows: Any = mine.filter(pk__in=pks)
            if state in (State.UNREAD, State.READ):
                deeds.take_up(rows, state=state, by=request.user)
            else:
                deeds.set_back(rows, state=state, by=request.user)
    if not request.headers.get("HX-Request"):
        return redirect(back(request, here))
    return announce(HttpResponse(status=204), "inbox-undone", *deeds.events)


def announce(response: HttpResponse, *events: str) -> HttpResponse:
    """Let the badges of the page ask for their count again; further `events` for the list."""
    told = json.loads(response.get("HX-Trigger", "{}")) | dict.fromkeys(events, True)
    response["HX-Trigger"] = json.dumps({**told, "inbox-changed": True})
    return response
