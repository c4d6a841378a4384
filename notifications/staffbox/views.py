"""The inbox of the platform's staff: each sees their own."""

from __future__ import annotations

from django.http import HttpResponse, HttpResponseBadRequest
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_POST, require_safe

from accounts.people.models import User
from core.access import StaffRequest, staff_view
from core.htmx import back, done, page
from notifications.staffbox.actions import close_again, finish, open_notice, reopen
from notifications.staffbox.listing import STAFFBOX
from notifications.staffbox.models import StaffNotice
from notifications.staffbox.queries import notices_of, shown, unread_count

WORD = "staff.inbox"
KEYS = [("E", gettext_lazy("Done, for everybody")), ("U", gettext_lazy("Read or unread"))]


def _reader(request: StaffRequest) -> User:
    assert isinstance(request.user, User)
    return request.user


@staff_view(WORD)
@require_safe
def index(request: StaffRequest) -> HttpResponse:
    """What waits for the person, the urgent first; what they or others did about it."""
    rows = notices_of(_reader(request)).select_related("merchant", "handled_by")
    listed = STAFFBOX.page(rows, request.GET)
    context = {
        "page": listed,
        "notes": shown(listed.rows),
        "frame": "staff.html",
        "list_keys": KEYS,
        "search_label": _("Search the inbox"),
        "search_hint": _("Shop, complaint, product, or what happened"),
    }
    return page(request, "notifications/staffbox/index.html", context, part="results")


@staff_view(WORD)
@require_safe
def count(request: StaffRequest) -> HttpResponse:
    """The number beside the page's name on the menu."""
    return render(request, "notifications/staffbox/count.html", {"unread": unread_count(_reader(request))})


@staff_view(WORD)
@require_POST
def mark(request: StaffRequest, pk: int) -> HttpResponse:
    """Go and deal with it, which marks it read; mark it done, read or unread; take back that it is done."""
    row = get_object_or_404(notices_of(_reader(request)), pk=pk)
    here = back(request, reverse("staff-inbox"))
    match request.POST.get("do") or request.GET.get("do", ""):
        case "go":
            open_notice(row)
            found = shown([row])
            return redirect(found[0].href if found else here)
        case "follow":  # the browser says so when the link to it is followed
            open_notice(row)
            return HttpResponse(status=204)
        case "read":
            open_notice(row)
            return done(request, here, _("Marked as read."), undo=_undo(row, "unread"))
        case "unread":
            close_again(row)
            return done(request, here, _("Marked as unread."), undo=_undo(row, "read"))
        case "done":
            if finish(row):
                return done(request, here, _("Done, for everybody who was told."), undo=_undo(row, "reopen"))
            return done(request, here, _("Somebody was quicker: it is dealt with already."))
        case "reopen":
            say = _("Back in the inbox.") if reopen(row) else _("It has been decided since, so it stays as it is.")
            return done(request, here, say)
        case _:
            return HttpResponseBadRequest()


def _undo(row: StaffNotice, do: str) -> str:
    return f"{reverse('staff-inbox-mark', args=[row.pk])}?do={do}"
