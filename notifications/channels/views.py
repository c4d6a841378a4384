"""Notification channels of a shop, and what was delivered there."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from django.http import Http404, HttpResponse
from django.shortcuts import get_object_or_404, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from accounts.people.stepup import fresh_sign_in
from core.access import MerchantRequest, merchant_view
from core.errors import Refused
from core.forms import add_refusal
from core.htmx import back, done, page
from notifications.channels import actions
from notifications.channels.forms import ChannelForm
from notifications.channels.listing import DISPATCHES
from notifications.channels.models import Channel
from notifications.channels.queries import TEST, channel_list, dispatch_list
from notifications.channels.senders import SENDERS
from notifications.inbox.kinds import kind_of


@merchant_view("channels.edit")
@require_safe
def index(request: MerchantRequest) -> HttpResponse:
    context = {"channels": list(channel_list()), "senders": SENDERS.values()}
    return render(request, "notifications/channels/index.html", context)


@merchant_view("channels.edit")
@fresh_sign_in
@never_cache
@require_http_methods(["GET", "POST"])
def new(request: MerchantRequest, sender: str) -> HttpResponse:
    if sender not in SENDERS:
        raise Http404
    held = request.membership.permissions
    kind = SENDERS[sender]
    initial = {"language": request.merchant.language, "name": str(kind.label)}
    form = ChannelForm(request.POST or None, sender=kind, held=held, initial=initial)
    if request.method == "POST" and form.is_valid():
        try:
            channel, made = actions.add_channel(sender, **form.cleaned_data, held=held, actor=request.actor)
        except Refused as no:
            add_refusal(form, no)
        else:
            if made:
                return _shown_once(request, channel, made)
            return done(request, _home(request), _("The channel “%(name)s” is set up.") % {"name": channel.name})
    return _form(request, form, None, kind.label)


@merchant_view("channels.edit")
@fresh_sign_in
@never_cache
@require_http_methods(["GET", "POST"])
def edit(request: MerchantRequest, pk: int) -> HttpResponse:
    channel = get_object_or_404(Channel, pk=pk, sender__in=SENDERS)
    held = request.membership.permissions
    form = ChannelForm(request.POST or None, sender=SENDERS[channel.sender], held=held, channel=channel)
    if request.method == "POST" and form.is_valid():
        try:
            actions.edit_channel(channel, **form.cleaned_data, held=held, actor=request.actor)
            return done(request, _home(request), _("The channel “%(name)s” is changed.") % {"name": channel.name})
        except Refused as no:
            add_refusal(form, no)
    return _form(request, form, channel, channel.sender_label)


@merchant_view("channels.edit")
@fresh_sign_in
@never_cache
@require_POST
def secret(request: MerchantRequest, pk: int) -> HttpResponse:
    channel = get_object_or_404(Channel, pk=pk, sender__in=SENDERS)
    return _shown_once(request, channel, actions.replace_secret(channel, actor=request.actor))


@merchant_view("channels.edit")
@require_POST
def test(request: MerchantRequest, pk: int) -> HttpResponse:
    channel = get_object_or_404(Channel, pk=pk)
    actions.send_test(channel, actor=request.actor)
    log = f"{reverse('dispatch-list', args=[request.merchant.slug])}?channel={channel.pk}"
    return done(request, log, _("A test is on its way. Its row below says what became of it."))


@merchant_view("channels.edit")
@require_POST
def pause(request: MerchantRequest, pk: int) -> HttpResponse:
    return _did(request, pk, actions.pause_channel, _("The channel “%(name)s” is paused."))


@merchant_view("channels.edit")
@require_POST
def resume(request: MerchantRequest, pk: int) -> HttpResponse:
    return _did(request, pk, actions.resume_channel, _("The channel “%(name)s” is on."))


@merchant_view("channels.edit")
@require_POST
def remove(request: MerchantRequest, pk: int) -> HttpResponse:
    return _did(request, pk, actions.remove_channel, _("The channel “%(name)s” is removed."))


@merchant_view("channels.edit")
@require_safe
def deliveries(request: MerchantRequest) -> HttpResponse:
    """What went to the channels, and what they answered."""
    found = DISPATCHES.page(dispatch_list(), request.GET)
    for row in found.rows:
        kind = kind_of(row.kind)
        row.what = _("A test") if row.kind == TEST else kind.label if kind else row.kind
    return page(request, "notifications/channels/deliveries.html", {"page": found}, part="results")


@merchant_view("channels.edit")
@require_POST
def again(request: MerchantRequest, pk: int) -> HttpResponse:
    dispatch = get_object_or_404(dispatch_list(), pk=pk)
    actions.send_again(dispatch, actor=request.actor)
    fallback = reverse("dispatch-list", args=[request.merchant.slug])
    return done(request, back(request, fallback), _("The delivery is sent again."))


def _did(request: MerchantRequest, pk: int, step: Callable[..., None], say: str) -> HttpResponse:
    channel = get_object_or_404(Channel, pk=pk)
    step(channel, actor=request.actor)
    return done(request, _home(request), say % {"name": channel.name})


def _home(request: MerchantRequest) -> str:
    return reverse("notice-channel-list", args=[request.merchant.slug])


def _form(request: MerchantRequest, form: ChannelForm, channel: Channel | None, label: Any) -> HttpResponse:
    context = {
        "form": form,
        "channel": channel,
        "label": label,
        "back_url": _home(request),
        "back_label": _("Notification channels"),
    }
    return render(request, "notifications/channels/form.html", context, status=422 if form.is_bound else 200)


def _shown_once(request: MerchantRequest, channel: Channel, made: str) -> HttpResponse:
    """The answer to the POST itself, so that the secret is in no session, no address and no history."""
    return render(request, "notifications/channels/shown_once.html", {"channel": channel, "secret": made})
