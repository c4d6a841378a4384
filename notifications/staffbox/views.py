"""The inbox of the platform's staff: each sees their own."""

from __future__ import annotations

from itertools import groupby
from typing import Any

from django.forms import model_to_dict
from django.http import Http404, HttpResponse
from django.shortcuts import get_object_or_404, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from accounts.people.models import User
from core.access import StaffRequest, open_view, staff_view
from core.errors import Refused
from core.forms import add_refusal
from core.htmx import done, page
from notifications.inbox.actions import set_mail_times
from notifications.inbox.desk import Desk
from notifications.inbox.forms import ChoicesForm, MailTimesForm
from notifications.inbox.marking import counted, list_context, marked, topics_for
from notifications.inbox.queries import mail_times_of
from notifications.inbox.stopping import stop_page
from notifications.inbox.why import along
from notifications.staffbox.actions import choose, stop_mails
from notifications.staffbox.doing import STAFF, assign, open_rows, take_back
from notifications.staffbox.forms import StaffAssignForm
from notifications.staffbox.kinds import StaffKind, staff_kind, topics_of
from notifications.staffbox.letters import read_stop_token
from notifications.staffbox.listing import STAFFBOX
from notifications.staffbox.queries import choices_for, choices_of, colleagues, notices_of, shown, unread_of

WORD = "staff.inbox"


def _reader(request: StaffRequest) -> User:
    assert isinstance(request.user, User)
    return request.user


@staff_view(WORD)
@require_safe
def index(request: StaffRequest) -> HttpResponse:
    """What waits for the person, the urgent first, many of one kind as one line; what they or others did about it."""
    return _index(request)


def _index(request: StaffRequest) -> HttpResponse:
    reader = _reader(request)
    rows = notices_of(reader).select_related("merchant", "handled_by", "assigned_by")
    listed = STAFFBOX.page(rows, request.GET)
    context = {
        **list_context(listed, shown(listed.rows)),
        "topics": topics_for(unread_of(reader, timezone.now()), topics_of(reader)),
        "shops": {row.merchant_id: row.merchant for row in listed.rows},
        "bulk_url": reverse("staff-inbox-mark"),
        "frame": "staff.html",
        "for_staff": True,
        "search_hint": _("Shop, complaint or product"),
    }
    return page(request, "notifications/staffbox/index.html", context, part="results")


@staff_view(WORD)
@require_safe
def count(request: StaffRequest) -> HttpResponse:
    """The number beside the page's name on the menu, asked for every few seconds; 304 while nothing changed."""
    return counted(request, unread_of(_reader(request), timezone.now()), "notifications/staffbox/count.html")


@staff_view(WORD)
@require_POST
def mark_rows(request: StaffRequest) -> HttpResponse:
    """Read, unread, done, restore or snooze the ticked rows, or the one that a button names."""
    mine, here = notices_of(_reader(request)), reverse("staff-inbox")
    return marked(request, mine, STAFFBOX, here, lambda: _index(request), STAFF)


class StaffDesk(Desk):
    """Of a notice to one of the staff."""

    deeds = STAFF
    frame = "staff.html"
    kind: StaffKind

    def why(self) -> str:
        row = self.note.row
        if row.assigned_by is not None:
            return _("%(name)s passed it on to you.") % {"name": row.assigned_by}
        return along(row.reason) or str(self.kind.why)

    def is_muted(self) -> bool:
        return not choices_for(self.kind, [self.note.row.user_id])[self.note.row.user_id].inbox

    def mute(self, *, muted: bool) -> None:
        reader = _reader(self.request)
        choose(reader, [(self.kind.name, not muted, choices_for(self.kind, [reader.pk])[reader.pk].mail)])

    def assign_form(self, data: Any = None) -> StaffAssignForm | None:
        """Nobody is given what is dealt with."""
        people = colleagues(self.note.row) if self.note.row.is_open or data is not None else []
        return StaffAssignForm(data, people=people) if people or data is not None else None

    def assign(self, to: Any) -> Any:
        reader = _reader(self.request)
        assign(self.note.row, to=to, by=reader, actor=reader.actor)
        return to

    def take_back(self) -> bool:
        return take_back(self.note.row, user=_reader(self.request))

    def opened(self, *, acted: bool) -> None:
        open_rows(self.mine.filter(pk=self.note.row.pk))


def _desk(request: StaffRequest, pk: int) -> StaffDesk:
    mine = notices_of(_reader(request))
    row = get_object_or_404(mine.select_related("merchant", "handled_by", "assigned_by"), pk=pk)
    found = shown([row])
    if not found:
        raise Http404
    desk = StaffDesk(
        request,
        found[0],
        mine,
        inbox_url=reverse("staff-inbox"),
        mark_url=reverse("staff-inbox-mark"),
        do_url=reverse("staff-notice-do", args=[row.pk]),
    )
    assert isinstance(found[0].kind, StaffKind)
    desk.kind = found[0].kind
    return desk


@staff_view(WORD)
@require_safe
def detail(request: StaffRequest, pk: int) -> HttpResponse:
    """The notice with everything that one may do with it; htmx gets it as a dialog's content."""
    return _desk(request, pk).show()


@staff_view(WORD)
@require_POST
def do(request: StaffRequest, pk: int) -> HttpResponse:
    """Snooze it, pass it on, or hear no more of its kind; each can be taken back. Or note that it was looked at."""
    return _desk(request, pk).do()


@staff_view(WORD)
@require_http_methods(["GET", "HEAD", "POST"])
def preferences(request: StaffRequest) -> HttpResponse:
    """Which kinds the person is told, and when by e-mail."""
    reader = _reader(request)
    choices = choices_of(reader)
    form = ChoicesForm(request.POST or None, choices=choices)
    times = MailTimesForm(request.POST or None, initial=model_to_dict(mail_times_of(reader.pk)))
    if request.method == "POST" and form.is_valid() and times.is_valid():
        try:
            set_mail_times(reader, **times.cleaned_data, actor=reader.actor)
        except Refused as refusal:
            add_refusal(times, refusal)
        else:
            choose(reader, form.chosen())
            return done(request, reverse("staff-inbox-choices"), _("Your choices are saved."))
    rows: list[dict[str, Any]] = [
        {"choice": one, "inbox": form[f"inbox:{one.kind.name}"], "mail": form[f"mail:{one.kind.name}"]}
        for one in choices
    ]
    context: dict[str, Any] = {
        "for_staff": True,
        "form": form,
        "times": times,
        "topics": [(topic, list(of)) for topic, of in groupby(rows, lambda row: row["choice"].kind.topic)],
    }
    return render(request, "notifications/staffbox/preferences.html", context)


@open_view("a signed link out of a mail, good for stopping some kinds of mail to one of the staff")
@csrf_exempt
@require_http_methods(["GET", "HEAD", "POST"])
def stop(request: Any, token: str) -> HttpResponse:
    """As for members (inbox.views.stop): the link's signature is the authority."""
    found = read_stop_token(token)
    kinds = [kind for kind in map(staff_kind, found[1]) if kind is not None] if found else []
    if found is None or not kinds:
        raise Http404
    reader = get_object_or_404(User.objects.filter(is_active=True).exclude(staff_role=""), pk=found[0])
    return stop_page(request, "notifications/staffbox/stop.html", reader, kinds, lambda: stop_mails(reader, kinds))
