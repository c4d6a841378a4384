"""What is done with a question: a buyer asks it, the shop answers."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from django.db import IntegrityError, transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from accounts.activity.log import record
from core.actors import Actor
from core.errors import Refused
from core.tenancy import current_tenant_id
from core.validators import CARD_NUMBER, has_card_number
from ecommerce.catalog.models import Product
from ecommerce.orders.models import Channel
from ecommerce.questions.events import QuestionAnswered, QuestionAsked
from ecommerce.questions.models import ProductQuestion
from ecommerce.questions.rules import EARLIEST, LONGEST_TEXT


@transaction.atomic
def ask_question(
    product: Product,
    *,
    text: str,
    asked_by: str = "",
    channel: str = Channel.OTHER,
    external_id: str = "",
    asked_at: datetime | None = None,
    actor: Actor,
) -> ProductQuestion:
    """A question comes in, by the API or entered by a member.

    The same `external_id` of the same channel again is the same question, whatever else is said of it. Refuses an
    empty or too long text, card numbers, and a time that cannot be.
    """
    if external_id and (known := _known(channel, external_id)):
        return known
    text, now = _clean(text), timezone.now()
    _check("text", text, _("Write the question."))
    if asked_at is not None and not EARLIEST <= asked_at <= now:
        sentence = _("Give the time at which it was asked: after 1999 and not later than now.")
        raise Refused("asked_at_wrong", sentence, asked_at=sentence)
    question = ProductQuestion(
        merchant_id=current_tenant_id(),
        product=product,
        text=text,
        asked_by=_clean(asked_by)[:100],
        channel=channel,
        external_id=external_id,
        asked_at=asked_at or now,
        created_at=now,
    )
    try:
        with transaction.atomic():
            question.save()
    except IntegrityError:
        known = _known(channel, external_id) if external_id else None
        if known is None:
            raise
        return known
    event = QuestionAsked(question_id=question.pk, product_id=product.pk, channel=channel)
    record(event, actor=actor, subject=question)
    return question


@transaction.atomic
def answer_question(question: ProductQuestion, *, text: str, actor: Actor) -> ProductQuestion:
    """The shop answers; again to change the answer, which keeps the time of the first. The same words do nothing."""
    rows = ProductQuestion.objects.select_for_update(of=("self",)).select_related("merchant", "product")
    question = rows.get(pk=question.pk)
    text = _clean(text)
    _check("answer", text, _("Write an answer."))
    if text == question.answer:
        return question
    is_edit, now, was = question.answered_at is not None, timezone.now(), question.updated_at
    fields = {
        "answer": text,
        "answered_at": question.answered_at or now,
        "answered_by_label": actor.label[:150],
        "updated_at": now,
    }
    if not ProductQuestion.objects.filter(pk=question.pk, updated_at=was).update(**fields):
        raise Refused(
            "changed_meanwhile", _("Somebody else answered a moment ago. Look at the question again."), status=409
        )
    for name, value in fields.items():
        setattr(question, name, value)
    event = QuestionAnswered(question_id=question.pk, product_id=question.product_id, is_edit=is_edit)
    record(event, actor=actor, subject=question)
    return question


def _known(channel: str, external_id: str) -> ProductQuestion | None:
    return ProductQuestion.objects.filter(channel=channel, external_id=external_id).first()


def _clean(text: str) -> str:
    return text.replace("\0", "").strip()


def _check(name: str, text: str, missing: str) -> None:
    """Refuse under the field's `name` what is empty, too long, or holds a card number."""
    code, sentence = "", ""
    if not text:
        code, sentence = f"{name}_missing", missing
    elif len(text) > LONGEST_TEXT:
        code, sentence = f"{name}_too_long", _("Shorten this to %(most)s characters.") % {"most": LONGEST_TEXT}
    elif has_card_number(text):
        code, sentence = "card_number", str(CARD_NUMBER)
    if code:
        fields: dict[str, Any] = {name: sentence}
        raise Refused(code, sentence, **fields)
