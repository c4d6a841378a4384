"""The shop's letters: who they come from, and what they say."""

from __future__ import annotations

from typing import Any

from csp.decorators import csp, csp_update
from django.conf import settings
from django.contrib import messages
from django.http import Http404, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils import timezone, translation
from django.utils.translation import gettext as _
from django.views.decorators.clickjacking import xframe_options_sameorigin
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from core.access import MerchantRequest, merchant_view
from core.errors import Refused
from core.forms import add_refusal
from core.htmx import done
from notifications.mail.views import IN_FRAME, WITH_FRAME
from notifications.texts import actions
from notifications.texts.catalogue import WRITABLE
from notifications.texts.contexts import context_of
from notifications.texts.forms import LetterheadForm, TextForm
from notifications.texts.letterhead import from_line, letterhead_of, sender_of
from notifications.texts.own import Written, written
from notifications.texts.queries import text_in_use, texts_of_shop, versions_of
from notifications.texts.rules import Broken
from notifications.texts.shapes import Letter


@merchant_view("mail.edit")
@require_http_methods(["GET", "POST"])
def index(request: MerchantRequest) -> HttpResponse:
    """The sender of all letters, and every letter with what is said in it in each language."""
    merchant = request.merchant
    head = letterhead_of(merchant)
    first = {"sender_name": head.sender_name, "reply_to": head.reply_to}
    form = LetterheadForm(request.POST if request.method == "POST" else None, initial=first)
    if form.is_valid():
        actions.set_letterhead(**form.cleaned_data, actor=request.actor)
        return done(request, reverse("letters", args=[merchant.slug]), _("The sender is saved."))
    texts = texts_of_shop()
    context = {
        "form": form,
        "letters": [row for row in texts if not row[0].for_suppliers],
        "to_suppliers": [row for row in texts if row[0].for_suppliers],
        "from_line": from_line(head.sender_name or merchant.name),
        "may_limit": request.membership.may("shop.edit"),
    }
    return render(request, "notifications/texts/index.html", context, status=422 if form.is_bound else 200)


@merchant_view("mail.edit")
@require_safe
def from_preview(request: MerchantRequest) -> HttpResponse:
    """The From line for what is being typed."""
    name = request.GET.get("sender_name", "")[:80]
    return render(request, "notifications/texts/from.html", {"from_line": from_line(name or request.merchant.name)})


@merchant_view("mail.edit")
@csp_update(WITH_FRAME)
@require_http_methods(["GET", "POST"])
def edit(request: MerchantRequest, letter: str, language: str) -> HttpResponse:
    """Write what a letter says. `do` is "save", or "test": the latter mails it to the one who writes it."""
    about = _letter(letter, language)
    row = text_in_use(about, language)
    form = TextForm(request.POST if request.method == "POST" else None, initial=_begin(about, language))
    status = 200
    if request.method == "POST":
        if form.is_valid():
            try:
                if request.POST.get("do") != "test":
                    return _save(request, about, language, form)
                _test(request, about, language, form)
            except Refused as no:
                add_refusal(form, no)
        status = 422 if form.errors else 200
    slug = request.merchant.slug
    context = {
        "form": form,
        "letter": about,
        "language": language,
        "language_name": dict(settings.LANGUAGES)[language],
        "row": row,
        "versions": versions_of(about, language),
        "needed": about.needed,
        "back_url": reverse("letters", args=[slug]),
        "preview_url": reverse("letter-preview", args=[slug, letter, language]),
    }
    return render(request, "notifications/texts/edit.html", context, status=status)


@merchant_view("mail.edit")
@xframe_options_sameorigin
@csp(IN_FRAME)
@require_http_methods(["GET", "POST"])
def preview(request: MerchantRequest, letter: str, language: str) -> HttpResponse:
    """The letter with the data of a real order, for the frame beside the form: as posted, else as it would be now.

    Writes nothing. What cannot be shown is answered with the reason, also in the frame.
    """
    about = _letter(letter, language)
    typed = request.POST if request.method == "POST" else _begin(about, language)
    try:
        made = _made(request, about, language, typed)
    except Refused as no:
        response = render(request, "notifications/texts/no_preview.html", {"why": no.message})
    else:
        response = HttpResponse(made.html.replace("<head>", '<head><base target="_blank">', 1))
    response["Cache-Control"] = "no-store, private"
    return response


@merchant_view("mail.edit")
@require_POST
def use(request: MerchantRequest, letter: str, language: str) -> HttpResponse:
    """Go back to the version `number`; 0 is our own text."""
    about = _letter(letter, language)
    number = request.POST.get("number", "")
    if not (number.isascii() and number.isdigit() and len(number) < 9):
        raise Refused("no_such_version", _("There is no such version."))
    actions.use_version(about, language, int(number), actor=request.actor)
    say = (
        _("Version %(number)s is used again.") % {"number": number} if int(number) else _("Our own text is used again.")
    )
    return done(request, reverse("letter-text", args=[request.merchant.slug, letter, language]), say)


def _letter(name: str, language: str) -> Letter:
    if name not in WRITABLE or language not in dict(settings.LANGUAGES):
        raise Http404
    return WRITABLE[name]


def _begin(letter: Letter, language: str) -> dict[str, str]:
    """What the form opens with: what is used, else words near to ours."""
    row = text_in_use(letter, language)
    if row is not None and row.version is not None:
        return {"subject": row.version.subject, "body": row.version.body}
    with translation.override(language):
        return {"subject": letter.own_subject, "body": str(letter.body)}


def _save(request: MerchantRequest, letter: Letter, language: str, form: TextForm) -> HttpResponse:
    subject, body = form.cleaned_data["subject"], form.cleaned_data["body"]
    version = actions.save_text(letter, language, subject=subject, body=body, actor=request.actor)
    to = reverse("letter-text", args=[request.merchant.slug, letter.name, language])
    return done(request, to, _("Saved as version %(number)s. Letters say it from now on.") % {"number": version.number})


def _test(request: MerchantRequest, letter: Letter, language: str, form: TextForm) -> None:
    made = _made(request, letter, language, form.cleaned_data)
    user: Any = request.user
    sender = sender_of(request.merchant)
    actions.send_test(to=user, subject=made.subject, text=made.text, html=made.html, sender=sender, language=language)
    messages.success(request, _("A test is on its way to %(address)s. Nothing was saved.") % {"address": user.email})


def _made(request: MerchantRequest, letter: Letter, language: str, typed: Any) -> Written:
    """The letter from what was typed and a real order of the shop. Raises Refused with what stands in the way."""
    subject, body = actions.checked_text(letter, typed.get("subject", ""), typed.get("body", ""))
    number = str(typed.get("order", "")).strip().removeprefix("#")
    found = letter.example(number)
    if found is None and number:
        say = _("No order %(number)s that such a letter could be about.") % {"number": number}
        raise Refused("no_order", say, order=say)
    if found is None:
        raise Refused("no_order", _("There is no order yet that such a letter could be about."))
    of, values = found
    with translation.override(language), timezone.override(request.merchant.zone):
        try:
            return written(letter, subject, body, context_of(of, letter, values, is_preview=True))
        except Broken as broken:
            say = _("There is nothing for {%(name)s}.") % {"name": broken.placeholder}
            raise Refused("text_broken", say, body=say) from broken
