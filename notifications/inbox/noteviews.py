"""One notification: why one gets it, until when it may wait, who else should deal with it."""

from __future__ import annotations

from typing import Any

from django.http import Http404, HttpResponse, HttpResponseBadRequest
from django.shortcuts import get_object_or_404
from django.urls import reverse
from django.utils import formats, timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST, require_safe

from core.access import MerchantRequest, merchant_view
from core.errors import Refused
from core.htmx import back, done, page, toast
from notifications.inbox.actions import snooze
from notifications.inbox.doing import open_rows
from notifications.inbox.forms import AssignForm, SnoozeForm, snooze_end
from notifications.inbox.kinds import Kind
from notifications.inbox.marking import announce, undo_url
from notifications.inbox.models import Notification
from notifications.inbox.queries import Shown, inbox_of, shown
from notifications.inbox.triage import assign, colleagues, is_muted, is_part_muted, mute, mute_part, take_back
from notifications.inbox.why import why


@merchant_view("notifications.view")
@require_safe
def detail(request: MerchantRequest, pk: int) -> HttpResponse:
    """The notification with everything that one may do with it; htmx gets it as a dialog's content."""
    return _detail(request, _mine(request, pk))


def _mine(request: MerchantRequest, pk: int) -> Shown:
    row = get_object_or_404(inbox_of(int(request.user.pk)).select_related("assigned_by", "handled_by"), pk=pk)
    found = shown([row], request.merchant.slug, request.membership.may)
    if not found:
        raise Http404
    return found[0]


def _detail(request: MerchantRequest, note: Shown, *, status: int = 200, **forms: Any) -> HttpResponse:
    members = colleagues(note.row)
    context = {
        "note": note,
        "part": note.kind.part_name(note.row.params) if note.kind.part_of(note.row.params) else "",
        "part_muted": is_part_muted(note.row.user_id, note.kind, note.row.params),
        "why": why(note.row, request.membership),
        "muted": is_muted(note.row.user_id, note.kind),
        "snooze_form": forms.get("snooze_form") or SnoozeForm(),
        "assign_form": forms.get("assign_form") or (AssignForm(members=members) if members else None),
        "do_url": reverse("notification-do", args=[request.merchant.slug, note.row.pk]),
        "is_open": note.row.state in (Notification.State.UNREAD, Notification.State.READ),
    }
    return page(request, "notifications/inbox/detail.html", context, part="note-body", status=status)


@merchant_view("notifications.view")
@require_POST
def do(request: MerchantRequest, pk: int) -> HttpResponse:
    """Snooze it, pass it on, or hear no more of its kind; each can be taken back. Or note that it was looked at."""
    note = _mine(request, pk)
    doing = request.POST.get("do") or request.GET.get("do", "")
    match doing:
        case "open" | "follow":
            open_rows(inbox_of(note.row.user_id).filter(pk=note.row.pk), acted=doing == "follow")
            return announce(HttpResponse(status=204))
        case "snooze":
            form = SnoozeForm(request.POST)
            if not form.is_valid():
                return _detail(request, note, status=422, snooze_form=form)
            return _snoozed(request, note, form.cleaned_data["day"])
        case "snooze-hours" | "snooze-tomorrow" | "snooze-week":
            return _snoozed(request, note, snooze_end(doing, timezone.now()))
        case "assign":
            given = AssignForm(request.POST, members=colleagues(note.row))
            if not given.is_valid():
                return _detail(request, note, status=422, assign_form=given)
            member = given.cleaned_data["to"]
            assign(note.row, to=member, by=request.user, actor=request.actor)  # type: ignore[arg-type]
            say = _("Passed on to %(name)s.") % {"name": member.user}
            return _answer(request, say, undo=f"{request.path}?do=take-back")
        case "take-back":
            taken = take_back(note.row, user=request.user)  # type: ignore[arg-type]
            say = _("It is yours again.") if taken else _("They have read it already: it stays with them.")
            return _answer(request, say)
        case "mute" | "unmute":
            return _muted(request, note.kind, muted=doing == "mute")
        case "mute-part" | "unmute-part":
            return _part_muted(request, note, muted=doing == "mute-part")
        case _:
            return HttpResponseBadRequest()


def _snoozed(request: MerchantRequest, note: Shown, until: Any) -> HttpResponse:
    rows: Any = inbox_of(note.row.user_id).filter(pk=note.row.pk)
    if not snooze(rows, until=until):
        return _answer(request, _("It is put away already."))
    say = _("Snoozed until %(until)s.") % {
        "until": formats.date_format(timezone.localtime(until), "SHORT_DATETIME_FORMAT")
    }
    undo = undo_url(reverse("inbox-mark", args=[request.merchant.slug]), [(note.row.pk, note.row.state)])
    return _answer(request, say, undo=undo)


def _muted(request: MerchantRequest, kind: Kind, *, muted: bool) -> HttpResponse:
    mute(request.user, kind, muted=muted, actor=request.actor)  # type: ignore[arg-type]
    values = {"kind": kind.label}
    if muted:
        say = _("No more of this in your inbox: %(kind)s.") % values
        return _answer(request, say, undo=f"{request.path}?do=unmute")
    return _answer(request, _("In your inbox again: %(kind)s.") % values)


def _part_muted(request: MerchantRequest, note: Shown, *, muted: bool) -> HttpResponse:
    try:
        mute_part(request.user, note.kind, note.row.params, muted=muted, actor=request.actor)  # type: ignore[arg-type]
    except Refused as refusal:
        return _answer(request, refusal.message)
    values = {"kind": note.kind.label, "name": note.kind.part_name(note.row.params)}
    if muted:
        say = _("You hear no more of this from “%(name)s”: %(kind)s.") % values
        return _answer(request, say, undo=f"{request.path}?do=unmute-part")
    return _answer(request, _("You hear of this from “%(name)s” again: %(kind)s.") % values)


def _answer(request: MerchantRequest, say: str, *, undo: str = "") -> HttpResponse:
    if not request.headers.get("HX-Request"):
        return done(request, back(request, reverse("inbox", args=[request.merchant.slug])), say, undo=undo)
    return announce(toast(HttpResponse(status=204), say, undo=undo), "inbox-undone")
