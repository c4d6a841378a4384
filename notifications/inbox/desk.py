"""One notification on a page or in a dialog, and what its reader does with it: the same for members and for staff."""

from __future__ import annotations

from abc import ABC, abstractmethod
from typing import Any

from django.http import HttpResponse, HttpResponseBadRequest
from django.utils import formats, timezone
from django.utils.translation import gettext as _

from core.errors import Refused
from core.htmx import back, done, page, toast
from notifications.inbox.forms import PassOnForm, SnoozeForm, snooze_end
from notifications.inbox.marking import Deeds, announce, undo_url
from notifications.inbox.queries import Shown
from notifications.inbox.triage import no_part


class Desk(ABC):
    """Of one note to one reader. `mine` are all that lie in their inbox, `inbox_url` is its address, `mark_url` where
    rows of it are marked, `do_url` where this one is dealt with, `frame` the page's shell.
    """

    deeds: Deeds
    frame = "merchant.html"

    def __init__(self, request: Any, note: Shown, mine: Any, *, inbox_url: str, mark_url: str, do_url: str) -> None:
        self.request, self.note, self.mine = request, note, mine
        self.inbox_url, self.mark_url, self.do_url = inbox_url, mark_url, do_url

    @abstractmethod
    def why(self) -> str:
        """Why the reader is told, in a sentence."""

    @abstractmethod
    def is_muted(self) -> bool:
        """Whether the reader turned the kind off."""

    @abstractmethod
    def mute(self, *, muted: bool) -> None:
        """Turn the kind off, or on again."""

    def is_part_muted(self) -> bool:
        """Whether the reader turned off the part of the kind that it belongs to, such as one playbook."""
        return False

    def mute_part(self, *, muted: bool) -> None:
        """Turn that part off, or on again. Raises Refused where the kind has none."""
        raise no_part()

    @abstractmethod
    def assign_form(self, data: Any = None) -> PassOnForm | None:
        """Whom it may be passed on to; None for nobody."""

    @abstractmethod
    def assign(self, to: Any) -> Any:
        """Pass it on to that choice of the form. Returns the person."""

    @abstractmethod
    def take_back(self) -> bool:
        """Take back that it was passed on; False where it was read meanwhile."""

    @abstractmethod
    def opened(self, *, acted: bool) -> None:
        """Note that the reader looked at it, and whether they went to do what it asks for."""

    def show(self, *, status: int = 200, **forms: Any) -> HttpResponse:
        """The note with everything that one may do with it; htmx gets it as a dialog's content."""
        params = self.note.row.params
        context = {
            "frame": self.frame,
            "inbox_url": self.inbox_url,
            "note": self.note,
            "why": self.why(),
            "muted": self.is_muted(),
            "part": self.note.kind.part_name(params) if self.note.kind.part_of(params) else "",
            "part_muted": self.is_part_muted(),
            "snooze_form": forms.get("snooze_form") or SnoozeForm(),
            "assign_form": forms.get("assign_form") or self.assign_form(),
            "do_url": self.do_url,
            "is_open": self.note.row.state in ("unread", "read"),
        }
        return page(self.request, "notifications/inbox/detail.html", context, part="note-body", status=status)

    def do(self) -> HttpResponse:
        """Snooze it, pass it on, or hear no more of its kind; each can be taken back. Or note that it was looked at."""
        request = self.request
        doing = request.POST.get("do") or request.GET.get("do", "")
        match doing:
            case "open" | "follow":
                self.opened(acted=doing == "follow")
                return announce(HttpResponse(status=204), *self.deeds.events)
            case "snooze":
                form = SnoozeForm(request.POST)
                if not form.is_valid():
                    return self.show(status=422, snooze_form=form)
                return self._snoozed(form.cleaned_data["day"])
            case "snooze-hours" | "snooze-tomorrow" | "snooze-week":
                return self._snoozed(snooze_end(doing, timezone.now()))
            case "assign":
                return self._assigned()
            case "take-back":
                taken = self.take_back()
                say = _("It is yours again.") if taken else _("They have read it already: it stays with them.")
                return self._answer(say)
            case "mute" | "unmute":
                return self._muted(muted=doing == "mute")
            case "mute-part" | "unmute-part":
                return self._part_muted(muted=doing == "mute-part")
            case _:
                return HttpResponseBadRequest()

    def _assigned(self) -> HttpResponse:
        given = self.assign_form(self.request.POST)
        if given is None:
            return HttpResponseBadRequest()
        if not given.is_valid():
            return self.show(status=422, assign_form=given)
        person = self.assign(given.cleaned_data["to"])
        say = _("Passed on to %(name)s.") % {"name": person}
        return self._answer(say, undo=f"{self.request.path}?do=take-back")

    def _snoozed(self, until: Any) -> HttpResponse:
        row = self.note.row
        if not self.deeds.snooze(self.mine.filter(pk=row.pk), until=until):
            return self._answer(_("It is put away already."))
        say = _("Snoozed until %(until)s.") % {
            "until": formats.date_format(timezone.localtime(until), "SHORT_DATETIME_FORMAT")
        }
        return self._answer(say, undo=undo_url(self.mark_url, [(row.pk, row.state)]))

    def _muted(self, *, muted: bool) -> HttpResponse:
        self.mute(muted=muted)
        values = {"kind": self.note.kind.label}
        if muted:
            say = _("No more of this in your inbox: %(kind)s.") % values
            return self._answer(say, undo=f"{self.request.path}?do=unmute")
        return self._answer(_("In your inbox again: %(kind)s.") % values)

    def _part_muted(self, *, muted: bool) -> HttpResponse:
        try:
            self.mute_part(muted=muted)
        except Refused as refusal:
            return self._answer(refusal.message)
        kind = self.note.kind
        values = {"kind": kind.label, "name": kind.part_name(self.note.row.params)}
        if muted:
            say = _("You hear no more of this from “%(name)s”: %(kind)s.") % values
            return self._answer(say, undo=f"{self.request.path}?do=unmute-part")
        return self._answer(_("You hear of this from “%(name)s” again: %(kind)s.") % values)

    def _answer(self, say: str, *, undo: str = "") -> HttpResponse:
        if not self.request.headers.get("HX-Request"):
            return done(self.request, back(self.request, self.inbox_url), say, undo=undo)
        return announce(toast(HttpResponse(status=204), say, undo=undo), "inbox-undone", *self.deeds.events)
