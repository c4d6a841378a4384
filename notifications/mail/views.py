"""Who was written what, and whether it arrived."""

from __future__ import annotations

import logging
from typing import Any

from csp.constants import NONE, SELF
from csp.decorators import csp, csp_update
from django.conf import settings
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.clickjacking import xframe_options_sameorigin
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_http_methods, require_safe

from core.access import MerchantRequest, StaffRequest, merchant_view, open_view, staff_view
from core.errors import Refused
from core.htmx import done, page
from core.tenancy import every_tenant
from notifications.mail.actions import send_again
from notifications.mail.forms import LiftForm
from notifications.mail.listing import MAILS
from notifications.mail.models import Mail
from notifications.mail.providers import provider_in_use
from notifications.mail.queries import backlog, is_suppressed, mail_list, may_be_read
from notifications.mail.webhooks import Forged, Unreadable, take_post

log = logging.getLogger(__name__)

BY_PROVIDER = "reads nothing but what the mail provider signed, or sent with the password it was given"
OPEN_IN_DEMO = "shows mails only where DEMO is set, and then those of invented people"
# A mail in a frame of its own: it may look as it wants and open its links in a new tab, and nothing else.
IN_FRAME = {
    "default-src": [NONE],
    "style-src": ["'unsafe-inline'"],
    "img-src": ["data:"],
    "base-uri": [NONE],
    "form-action": [NONE],
    "frame-ancestors": [SELF],
    "sandbox": ["allow-popups", "allow-popups-to-escape-sandbox"],
}
WITH_FRAME = {"frame-src": [SELF]}


@merchant_view("mail.view")
@require_safe
def index(request: MerchantRequest) -> HttpResponse:
    """The mails of a merchant: to buyers and to the team."""
    slug = request.merchant.slug
    context = {
        "page": MAILS.page(mail_list(), request.GET),
        "detail": "mail-detail",
        "slug": slug,
        "blocked_url": reverse("suppression-list", args=[slug]),
        "letters_url": reverse("letters", args=[slug]) if request.membership.may("mail.edit") else "",
    }
    return page(request, "notifications/mail/index.html", context, part="results")


@merchant_view("mail.view")
@require_safe
@csp_update(WITH_FRAME)
def detail(request: MerchantRequest, pk: int) -> HttpResponse:
    mail = get_object_or_404(Mail, pk=pk)
    slug = request.merchant.slug
    urls = {"back_url": reverse("mail-list", args=[slug]), "html_url": reverse("mail-html", args=[slug, pk])}
    if request.membership.may("mail.edit") and is_suppressed(mail):
        urls["lift_url"] = reverse("mail-lift", args=[slug, pk])
    return _detail(request, mail, frame="merchant.html", is_open=mail.purpose != Mail.Purpose.ACCOUNT, **urls)


@merchant_view("mail.view")
@require_safe
@xframe_options_sameorigin
@csp(IN_FRAME)
def html(request: MerchantRequest, pk: int) -> HttpResponse:
    mail = get_object_or_404(Mail, pk=pk)
    if mail.purpose == Mail.Purpose.ACCOUNT:
        raise Http404
    return _html(mail)


@staff_view("mail.read")
@require_safe
def staff_index(request: StaffRequest) -> HttpResponse:
    """The mails of all merchants, and those that concern accounts."""
    context = {
        "page": MAILS.page(mail_list(), request.GET),
        "detail": "staff-mail-detail",
        "frame": "staff.html",
        "backlog": backlog(),
        "blocked_url": reverse("staff-suppression-list"),
    }
    return page(request, "notifications/mail/index.html", context, part="results")


@staff_view("operations.view")
@require_safe
def staff_backlog(request: StaffRequest) -> HttpResponse:
    """The panel of the operations page."""
    return render(request, "notifications/mail/backlog.html", {"backlog": backlog()})


@staff_view("mail.read")
@require_safe
@csp_update(WITH_FRAME)
def staff_detail(request: StaffRequest, pk: int) -> HttpResponse:
    mail = get_object_or_404(Mail, pk=pk)
    urls = {
        "back_url": reverse("staff-mail-list"),
        "html_url": reverse("staff-mail-html", args=[pk]),
        "again_url": reverse("staff-mail-again", args=[pk]) if _may_go_again(mail) else "",
        "asks": "1" if is_suppressed(mail) else "",
    }
    return _detail(request, mail, frame="staff.html", is_open=may_be_read(mail), **urls)


@staff_view("mail.read")
@require_safe
@xframe_options_sameorigin
@csp(IN_FRAME)
def staff_html(request: StaffRequest, pk: int) -> HttpResponse:
    mail = get_object_or_404(Mail, pk=pk)
    if not may_be_read(mail):
        raise Http404
    return _html(mail)


@staff_view("operations.retry")
@require_http_methods(["GET", "POST"])
def again(request: StaffRequest, pk: int) -> HttpResponse:
    """Send a mail that was given up once more; where its address is suppressed, ask first why it takes mail again."""
    mail = get_object_or_404(Mail, pk=pk)
    form = LiftForm(request.POST if request.method == "POST" else None) if is_suppressed(mail) else None
    if request.method == "POST" and (form is None or form.is_valid()):
        if not send_again(mail, reason=form.cleaned_data["reason"] if form else "", actor=request.actor):
            raise Refused(
                "not_given_up", _("This mail is not one that was given up, or its text is not kept any more.")
            )
        return done(request, reverse("staff-mail-detail", args=[pk]), _("The mail is sent again."))
    if form is None:
        return redirect("staff-mail-detail", pk=pk)
    back_url = reverse("staff-mail-detail", args=[pk])
    context = {"form": form, "address": mail.to, "again": mail, "frame": "staff.html", "back_url": back_url}
    return render(request, "notifications/mail/lift.html", context, status=422 if form.is_bound else 200)


@csrf_exempt
@open_view(BY_PROVIDER)
@require_http_methods(["POST", "HEAD"])
def webhook(request: HttpRequest, provider: str) -> HttpResponse:
    """Where the provider of the settings reports bounces and complaints; a 404 for any other."""
    in_use = provider_in_use()
    if in_use is None or in_use.name != provider:
        raise Http404
    if request.method == "HEAD":  # some look whether anybody is there before they take the address
        return HttpResponse()
    try:
        take_post(in_use, request, settings.MAIL_WEBHOOK_SECRET)
    except Forged as forged:
        log.warning("a report of mails was refused: %s", forged)
        return HttpResponse("Not from the mail provider.", status=403, content_type="text/plain")
    except Unreadable as why:
        log.warning("a report of mails could not be read: %s", why)
        return HttpResponse("Not understood.", status=400, content_type="text/plain")
    return HttpResponse()


@open_view(OPEN_IN_DEMO)
@require_safe
def mailbox(request: HttpRequest) -> HttpResponse:
    """The mails of a demo, for whoever tries it."""
    _only_in_a_demo()
    with every_tenant("the mailbox of a demo"):
        context = {"page": MAILS.page(mail_list(), request.GET), "detail": "mailbox-mail", "frame": "plain.html"}
        return page(request, "notifications/mail/index.html", context, part="results")


@open_view(OPEN_IN_DEMO)
@require_safe
@csp_update(WITH_FRAME)
def mailbox_mail(request: HttpRequest, pk: int) -> HttpResponse:
    _only_in_a_demo()
    with every_tenant("the mailbox of a demo"):
        mail = get_object_or_404(Mail, pk=pk)
        urls = {"back_url": reverse("mailbox"), "html_url": reverse("mailbox-html", args=[pk])}
        return _detail(request, mail, frame="plain.html", is_open=True, **urls)


@open_view(OPEN_IN_DEMO)
@require_safe
@xframe_options_sameorigin
@csp(IN_FRAME)
def mailbox_html(request: HttpRequest, pk: int) -> HttpResponse:
    _only_in_a_demo()
    with every_tenant("the mailbox of a demo"):
        return _html(get_object_or_404(Mail, pk=pk))


def _only_in_a_demo() -> None:
    if not settings.DEMO:
        raise Http404


def _may_go_again(mail: Mail) -> bool:
    given_up = mail.state in (Mail.State.FAILED, Mail.State.SUPPRESSED, Mail.State.MAYBE_SENT)
    return given_up and mail.next_try is None and bool(mail.text or mail.html)


def _detail(request: Any, mail: Mail, *, frame: str, is_open: bool, **urls: str) -> HttpResponse:
    context = {
        "mail": mail,
        "deliveries": mail.deliveries.all(),
        "attachments": mail.attachments.all(),
        "frame": frame,
        "is_open": is_open,
        **urls,
    }
    return render(request, "notifications/mail/detail.html", context)


def _html(mail: Mail) -> HttpResponse:
    if not mail.html:
        raise Http404
    text = mail.html.replace("<head>", '<head><base target="_blank">', 1)
    for one in mail.attachments.exclude(content_id=""):
        text = text.replace(f"cid:{one.content_id}", one.as_data_url)
    response = HttpResponse(text)
    response["Cache-Control"] = "no-store, private"
    return response
