"""The staff's pages of notices: all of them, writing one, one with its preview or its progress."""

from __future__ import annotations

from typing import Any

from django.http import HttpResponse
from django.shortcuts import get_object_or_404, render
from django.urls import reverse
from django.utils import formats, timezone
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from core.access import StaffRequest, staff_view
from core.errors import Refused
from core.forms import add_refusal
from core.htmx import done, page
from notifications.announcements.actions import discard, release, withdraw, write
from notifications.announcements.forms import AnnouncementForm, SendForm
from notifications.announcements.listing import ANNOUNCEMENTS
from notifications.announcements.models import Announcement
from notifications.announcements.queries import (
    announcement_list,
    audience_words,
    opened_count,
    people_count,
    platform_kind,
    previews,
)
from notifications.announcements.tasks import queue

WORD = "announcements.send"


@staff_view(WORD)
@require_safe
def index(request: StaffRequest) -> HttpResponse:
    """All notices, the newest first."""
    found = ANNOUNCEMENTS.page(announcement_list(), request.GET)
    context = {"page": found, "frame": "staff.html", "search_hint": _("Words of the notice")}
    return page(request, "notifications/announcements/index.html", context, part="results")


@staff_view(WORD)
@require_http_methods(["GET", "HEAD", "POST"])
def new(request: StaffRequest) -> HttpResponse:
    return _compose(request, None)


@staff_view(WORD)
@require_http_methods(["GET", "HEAD", "POST"])
def edit(request: StaffRequest, pk: int) -> HttpResponse:
    return _compose(request, get_object_or_404(announcement_list(), pk=pk, state=Announcement.State.DRAFT))


def _compose(request: StaffRequest, announcement: Announcement | None) -> HttpResponse:
    names = AnnouncementForm.base_fields
    initial = {name: getattr(announcement, name) for name in names} if announcement else {}
    form = AnnouncementForm(request.POST or None, initial=initial)
    if request.method == "POST" and form.is_valid():
        try:
            kept = write(announcement, form.cleaned_data, author=request.user)  # type: ignore[arg-type]
        except Refused as refusal:
            add_refusal(form, refusal)
        else:
            return done(request, kept.get_absolute_url(), _("Kept as a draft. Nobody has been told yet."))
    back = announcement.get_absolute_url() if announcement else reverse("staff-announcements")
    context = {"form": form, "announcement": announcement, "frame": "staff.html", "back_url": back}
    status = 422 if form.is_bound else 200
    return render(request, "notifications/announcements/form.html", context, status=status)


@staff_view(WORD)
@require_safe
def detail(request: StaffRequest, pk: int) -> HttpResponse:
    """A draft with its preview and how many it would reach; what was released with its figures."""
    return _detail(request, get_object_or_404(announcement_list(), pk=pk), SendForm())


def _detail(request: StaffRequest, announcement: Announcement, form: SendForm) -> HttpResponse:
    context: dict[str, Any] = {
        "announcement": announcement,
        "kind": platform_kind(),
        "previews": previews(announcement),
        "audience": audience_words(announcement),
        "send_form": form,
        "now": timezone.now(),
    }
    if announcement.is_draft:
        context["people"] = people_count(announcement)
    elif announcement.started_at is not None:
        context["opened"] = opened_count(announcement)
    status = 422 if form.is_bound else 200
    return page(request, "notifications/announcements/detail.html", context, part="progress", status=status)


@staff_view(WORD)
@require_POST
def send(request: StaffRequest, pk: int) -> HttpResponse:
    """Release a draft, now or at the time that was given."""
    announcement = get_object_or_404(announcement_list(), pk=pk)
    form = SendForm(request.POST)
    if form.is_valid():
        try:
            sent = release(announcement, at=form.cleaned_data["at"], queue=queue, actor=request.actor)
        except Refused as refusal:
            if not refusal.fields:
                raise
            add_refusal(form, refusal)
        else:
            return done(request, sent.get_absolute_url(), _said(sent, scheduled=bool(form.cleaned_data["at"])))
    return _detail(request, announcement, form)


def _said(announcement: Announcement, *, scheduled: bool) -> str:
    if scheduled and announcement.send_at is not None:
        moment = formats.date_format(timezone.localtime(announcement.send_at), "SHORT_DATETIME_FORMAT")
        return _("It goes out at %(moment)s.") % {"moment": moment}
    say = ngettext("%(count)d person is being told.", "%(count)d people are being told.", announcement.people)
    return say % {"count": announcement.people}


@staff_view(WORD)
@require_POST
def take_back(request: StaffRequest, pk: int) -> HttpResponse:
    """Withdraw it from everybody."""
    announcement = withdraw(get_object_or_404(announcement_list(), pk=pk), actor=request.actor)
    return done(request, announcement.get_absolute_url(), _("Withdrawn. It counts as handled in every inbox."))


@staff_view(WORD)
@require_POST
def throw_away(request: StaffRequest, pk: int) -> HttpResponse:
    """Discard a draft."""
    discard(get_object_or_404(announcement_list(), pk=pk))
    return done(request, reverse("staff-announcements"), _("The draft is discarded."))
