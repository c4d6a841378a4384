"""The inbox of a member, its badge, and what one wants to be told."""

from __future__ import annotations

import json
from itertools import groupby
from typing import Any
from urllib.parse import urlencode

from django.forms import model_to_dict
from django.http import Http404, HttpResponse, HttpResponseBadRequest, QueryDict
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone, translation
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from accounts.members.models import Membership
from core.access import MerchantRequest, member_view, merchant_view, open_view
from core.errors import Refused
from core.forms import add_refusal
from core.htmx import back, done, page, toast
from core.tenancy import tenant
from notifications.inbox.actions import choose, mark, set_mail_times, snooze, stop_mails
from notifications.inbox.forms import ChoicesForm, DoingForm, MailTimesForm, snooze_end
from notifications.inbox.kinds import kind_of
from notifications.inbox.letters import read_stop_token
from notifications.inbox.listing import INBOX
from notifications.inbox.models import Notification, NotificationQuerySet
from notifications.inbox.queries import choices_of, inbox_of, inbox_version, mail_times_of, shown, unread_count

State = Notification.State


@merchant_view("notifications.view")
@require_safe
def index(request: MerchantRequest) -> HttpResponse:
    """The notifications of the member, grouped by urgency."""
    return _index(request, request.GET)


def _index(request: MerchantRequest, params: QueryDict) -> HttpResponse:
    user_id = request.user.pk
    listed = INBOX.page(inbox_of(user_id), params)
    rows = shown(listed.rows, request.merchant.slug)
    context = {
        "page": listed,
        "groups": [(group, list(members)) for group, members in groupby(rows, lambda row: row.get_urgency_display())],
        "unread": unread_count(user_id, timezone.now()),
        "bulk_url": reverse("inbox-mark", args=[request.merchant.slug]),
    }
    return page(request, "notifications/inbox/index.html", context, part="results")


@merchant_view("notifications.view")
@require_POST
def mark_rows(request: MerchantRequest) -> HttpResponse:
    """Read, unread, archive, restore or snooze the ticked rows, or the one that a button names."""
    mine = inbox_of(request.user.pk)
    if "undo" in request.GET:
        return _undo(request, mine)
    form = DoingForm(request.POST)
    if not form.is_valid():
        return HttpResponseBadRequest()
    doing, one = form.cleaned_data["do"]
    chosen = mine.filter(pk=one) if one is not None else INBOX.chosen(mine, request.GET, request.POST)
    rows = mine.filter(pk__in=chosen.order_by().values("pk"))
    before = list(rows.order_by("pk").values_list("pk", "state")[:101])
    undo = "" if len(before) > 100 else _undo_url(request, before)
    say, count = _do(doing, rows)
    if not request.headers.get("HX-Request"):
        return done(request, back(request, reverse("inbox", args=[request.merchant.slug])), say, undo=undo)
    response = toast(_index(request, request.GET), say, undo=undo) if count else _index(request, request.GET)
    return _announce(response)


def _do(doing: str, rows: NotificationQuerySet) -> tuple[str, int]:
    now = timezone.now()
    match doing:
        case "read":
            count = mark(rows.exclude(state__in=[State.ARCHIVED, State.HANDLED]), state=State.READ)
            say = ngettext("%(count)d marked as read", "%(count)d marked as read", count)
        case "unread" | "restore":
            count = mark(rows, state=State.UNREAD if doing == "unread" else State.READ)
            say = ngettext("%(count)d back in the inbox", "%(count)d back in the inbox", count)
            if doing == "unread":
                say = ngettext("%(count)d marked as unread", "%(count)d marked as unread", count)
        case "archive":
            count = mark(rows.exclude(state=State.HANDLED), state=State.ARCHIVED)
            say = ngettext("%(count)d archived", "%(count)d archived", count)
        case _:
            count = snooze(rows, until=snooze_end(doing, now))
            say = ngettext("%(count)d snoozed", "%(count)d snoozed", count)
    return say % {"count": count}, count


def _undo_url(request: MerchantRequest, before: list[tuple[int, str]]) -> str:
    query = [("undo", "1"), *((state, pk) for pk, state in before)]
    return f"{reverse('inbox-mark', args=[request.merchant.slug])}?{urlencode(query)}"


def _undo(request: MerchantRequest, mine: NotificationQuerySet) -> HttpResponse:
    for state in State.values:
        pks = [int(pk) for pk in request.GET.getlist(state)[:101] if pk.isascii() and pk.isdigit() and len(pk) < 19]
        if pks:
            mark(mine.filter(pk__in=pks), state=state)
    inbox = reverse("inbox", args=[request.merchant.slug])
    if not request.headers.get("HX-Request"):
        return redirect(back(request, inbox))
    return _announce(HttpResponse(status=204, headers={"HX-Trigger": json.dumps({"inbox-undone": True})}))


def _announce(response: HttpResponse) -> HttpResponse:
    """Let the badges of the page ask for their count again."""
    events = json.loads(response.get("HX-Trigger", "{}"))
    response["HX-Trigger"] = json.dumps({**events, "inbox-changed": True})
    return response


@merchant_view("notifications.view")
@require_safe
def count(request: MerchantRequest) -> HttpResponse:
    """The number on the menu and on the bell, asked for every few seconds; 304 while nothing changed."""
    now = timezone.now()
    tag = f'"{inbox_version(request.user.pk, now)}-{translation.get_language()}"'
    if request.headers.get("If-None-Match") == tag:
        response = HttpResponse(status=304)
    else:
        unread = unread_count(request.user.pk, now)
        response = render(request, "notifications/inbox/count.html", {"unread": unread})
        response["HX-Trigger"] = json.dumps({"inbox-count": {"unread": unread}})
    response["ETag"] = tag
    response["Cache-Control"] = "private, no-cache"
    return response


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
        "topics": [(topic, list(of)) for topic, of in groupby(rows, lambda row: row["choice"].kind.topic)],
    }
    return render(request, "notifications/inbox/preferences.html", context)


@open_view("a signed link out of a mail, good for stopping some kinds of mail to one person")
@csrf_exempt
@require_http_methods(["GET", "HEAD", "POST"])
def stop(request: Any, token: str) -> HttpResponse:
    """Ask before stopping mails of one kind, or of those in a summary.

    The button, or a mail program's one-click request (RFC 8058), does it. The link's signature is the authority, so
    the request needs no session and no CSRF token. GET changes nothing, for mail scanners follow links.
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
        if request.method == "POST":
            for kind in kinds:
                stop_mails(user_id, kind)
        with translation.override(member.user.language):
            labels = [str(kind.label) for kind in kinds]
            context = {"labels": labels, "merchant": member.merchant, "stopped": request.method == "POST"}
            response = render(request, "notifications/inbox/stop.html", context)
    response["Referrer-Policy"] = "same-origin"
    response["X-Robots-Tag"] = "noindex"
    return response
