"""Writing texts for letters, going back to earlier ones, and saying under which name a shop writes."""

from __future__ import annotations

from django.db import transaction
from django.utils import timezone, translation
from django.utils.translation import gettext as _

from accounts.activity.log import record
from accounts.people.models import User
from core.actors import SYSTEM, Actor
from core.errors import Refused
from core.tenancy import current_tenant_id
from notifications.mail.actions import post
from notifications.mail.models import Mail
from notifications.texts import rules
from notifications.texts.events import LetterheadChanged, LetterTextBroke, LetterTextChosen, LetterTextSaved
from notifications.texts.models import Letterhead, LetterText, TextVersion
from notifications.texts.shapes import Letter


@transaction.atomic
def set_letterhead(*, sender_name: str, reply_to: str, actor: Actor) -> Letterhead:
    """The name letters go out under and where replies go; empty: the shop's name and contact address."""
    row, _is_new = Letterhead.objects.select_for_update().get_or_create(merchant_id=current_tenant_id())
    old = row.sender_name
    row.sender_name, row.reply_to = " ".join(rules.cleaned(sender_name).split()), reply_to.strip()
    row.save()
    changes = {"sender_name": (old, row.sender_name)} if old != row.sender_name else {}
    record(LetterheadChanged(), actor=actor, changes=changes)
    return row


@transaction.atomic
def save_text(letter: Letter, language: str, *, subject: str, body: str, actor: Actor) -> TextVersion:
    """Use these words from now on, as a new version; the same as are used already make none.

    Refuses what rules.check refuses, at `subject` or `body`.
    """
    subject, body = checked_text(letter, subject, body)
    row = _locked(letter.name, language)
    now = row.version
    if now is not None and (now.subject, now.body) == (subject, body) and row.broken_at is None:
        return now
    versions = TextVersion.objects.filter(letter=letter.name, language=language)
    last = versions.order_by("-number").values_list("number", flat=True).first() or 0
    version = TextVersion.objects.create(
        letter=letter.name, language=language, number=last + 1, subject=subject, body=body, by=actor.label[:150]
    )
    _use(row, version)
    event = LetterTextSaved(letter=letter.name, language=language, number=version.number)
    record(event, actor=actor, subject=version)
    return version


@transaction.atomic
def use_version(letter: Letter, language: str, number: int, *, actor: Actor) -> None:
    """Go back to an earlier version, or with 0 to our own text. Refuses one that could not be sent any more."""
    row = _locked(letter.name, language)
    version = None
    if number:
        versions = TextVersion.objects.filter(letter=letter.name, language=language, number=number)
        version = versions.first()
        if version is None:
            raise Refused("no_such_version", _("There is no such version."), status=404)
        checked_text(letter, version.subject, version.body)
    if row.version_id == (version.pk if version else None) and row.broken_at is None:
        return
    _use(row, version)
    record(LetterTextChosen(letter=letter.name, language=language, number=number), actor=actor, subject=row)


def checked_text(letter: Letter, subject: str, body: str) -> tuple[str, str]:
    """Both as they are kept. Raises Refused for what could not be sent."""
    subject, body = rules.cleaned(subject).strip(), rules.cleaned(body)
    rules.check(subject, body, known=letter.names, links=letter.links, needed=letter.needed)
    return subject, body


def note_broken(row: LetterText, placeholder: str) -> None:
    """The version in use cannot be: mark it and tell the shop, once."""
    marked = LetterText.objects.filter(pk=row.pk, version_id=row.version_id, broken_at=None)
    if row.version is None or not marked.update(broken_at=timezone.now(), problem=placeholder[:80]):
        return
    event = LetterTextBroke(
        letter=row.letter, language=row.language, number=row.version.number, placeholder=placeholder[:80]
    )
    record(event, actor=SYSTEM, subject=row)


def send_test(*, to: User, subject: str, text: str, html: str, sender: str, language: str) -> Mail:
    """Mail a letter as it would look to the member who asks for it, marked as a test."""
    with translation.override(language):
        subject = _("Test: %(subject)s") % {"subject": subject}
    return post(
        to=to.email,
        subject=subject,
        text=text,
        html=html,
        sender=sender,
        purpose=Mail.Purpose.NOTICE,
        language=language,
    )


def _locked(letter: str, language: str) -> LetterText:
    rows = LetterText.objects.select_for_update(of=("self",)).select_related("version")
    LetterText.objects.get_or_create(merchant_id=current_tenant_id(), letter=letter, language=language)
    return rows.get(letter=letter, language=language)


def _use(row: LetterText, version: TextVersion | None) -> None:
    row.version, row.broken_at, row.problem = version, None, ""
    row.save()
