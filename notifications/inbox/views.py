"""The inbox of a member, its badge, and what one wants to be told."""

from __future__ import annotations

from itertools import groupby
from typing import Any

from django.forms import model_to_dict
from django.http import Http404, HttpResponse, QueryDict
from django.shortcuts import render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from accounts.members.models import Membership
from core.access import MerchantRequest, member_view, merchant_view, open_view
from core.errors import Refused
from core.forms import add_refusal
from core.htmx import done, page
from core.tenancy import tenant
from notifications.inbox.actions import choose, set_mail_times, stop_mails
from notifications.inbox.counting import unread_of
from notifications.inbox.forms import ChoicesForm, MailTimesForm
from notifications.inbox.kinds import kind_of
from notifications.inbox.letters import read_stop_token
from notifications.inbox.listing import inbox_at
from notifications.inbox.marking import counted, list_context, marked, topics_for
from notifications.inbox.models import Notification
from notifications.inbox.queries import choices_of, inbox_of, mail_times_of, muted_parts, shown
from notifications.inbox.stopping import stop_page

State = Notification.State


@merchant_view("notifications.view")
@require_safe
def index(request: MerchantRequest) -> HttpResponse:
    """The notifications of the member, grouped by urgency, many of one kind as one line."""
    return _index(request, request.GET)


def _index(request: MerchantRequest, params: QueryDict) -> HttpResponse:
    user_id = int(request.user.pk)
    listed = inbox_at([request.merchant.pk]).page(inbox_of(user_id).select_related("assigned_by", "handled_by"), params)
    unread = unread_of(user_id, timezone.now())
    context = {
        **list_context(listed, shown(listed.rows, request.merchant.slug, request.membership.may)),
        "unread": unread,
        "topics": topics_for(unread),
        "bulk_url": reverse("inbox-mark", args=[request.merchant.slug]),
        "several": len(request.memberships()) > 1,
    }
    return page(request, "notifications/inbox/index.html", context, part="results")


@merchant_view("notifications.view")
@require_POST
def mark_rows(request: MerchantRequest) -> HttpResponse:
    """Read, unread, archive, restore or snooze the ticked rows, or the one that a button names."""
    listing, here = inbox_at([request.merchant.pk]), reverse("inbox", args=[request.merchant.slug])
    return marked(request, inbox_of(int(request.user.pk)), listing, here, lambda: _index(request, request.GET))


@merchant_view("notifications.view")
@require_safe
def count(request: MerchantRequest) -> HttpResponse:
    """The number on the menu and on the bell, asked for every few seconds; 304 while nothing changed."""
    return counted(request, unread_of(int(request.user.pk), timezone.now()))


@member_view
@require_http_methods(["GET", "HEAD", "POST"])
def preferences(request: MerchantRequest) -> HttpResponse:
    """Where the member is told of each kind, and when by e-mail."""
    membership: Membership = request.membership
    choices = [
        choice for choice in choices_of(request.user.pk) if not choice.kind.word or membership.may(choice.kind.word)
    ]
    form = ChoicesForm(request.POST or None, choices=choices)
    times = MailTimesForm(request.POST or None, initial=model_to_dict(mail_times_of(request.user.pk)))
    here = reverse("notification-preferences", args=[request.merchant.slug])
    if request.method == "POST" and form.is_valid() and times.is_valid():
        try:
            set_mail_times(request.user, **times.cleaned_data, actor=request.actor)
        except Refused as refusal:
            add_refusal(times, refusal)
        else:
            choose(request.user, form.chosen(), actor=request.actor)
            return done(request, here, _("Your choices are saved."))
    rows = [
        {"choice": choice, "inbox": form[f"inbox:{choice.kind.name}"], "mail": form[f"mail:{choice.kind.name}"]}
        for choice in choices
    ]
    context: dict[str, Any] = {
        "form": form,
        "times": times,
        "parts": muted_parts(int(request.user.pk)),
        "topics": [(topic, list(of)) for topic, of in groupby(rows, lambda row: row["choice"].kind.topic)],
    }
    return render(request, "notifications/inbox/preferences.html", context)


@open_view("a signed link out of a mail, good for stopping some kinds of mail to one person")
@csrf_exempt
@require_http_methods(["GET", "HEAD", "POST"])
def stop(request: Any, token: str) -> HttpResponse:
    """Ask before stopping mails of one kind, or of those in a summary.

    The link's signature is the authority, so the request needs no session and no CSRF token.
    """
    found = read_stop_token(token)
    kinds = [kind for kind in map(kind_of, found[2]) if kind is not None and not kind.locked] if found else []
    if found is None or not kinds:
        raise Http404
    merchant_id, user_id, _names = found
    with tenant(merchant_id):
        member = Membership.objects.select_related("merchant", "user").filter(user_id=user_id).first()
        if member is None:
            raise Http404

        def stop_them() -> None:
            for kind in kinds:
                stop_mails(user_id, kind)

        return stop_page(
            request, "notifications/inbox/stop.html", member.user, kinds, stop_them, merchant=member.merchant
        )
