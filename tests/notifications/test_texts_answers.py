"""A shop's own words in answers to complaints and returns and in purchase letters; ours where they cannot be used."""

from __future__ import annotations

from dataclasses import replace
from decimal import Decimal
from typing import Any

import pytest
from django.core.cache import cache
from django.utils import timezone, translation

from core.actors import SYSTEM
from core.errors import Refused
from core.tenancy import tenant
from ecommerce.complaints.actions import add_message, answer_complaint
from ecommerce.models import Order
from ecommerce.returns.actions import approve_return, receive_return, settle_return
from ecommerce.returns.rules import Inspection
from notifications.mail.models import Attachment, Mail
from notifications.models import LetterText, Notification, TextVersion
from notifications.texts.actions import save_text
from notifications.texts.answers import ANSWERS
from notifications.texts.catalogue import WRITABLE
from notifications.texts.contexts import context_of
from notifications.texts.own import written
from tests import factories
from tests.ecommerce.complaints_kit import opened
from tests.ecommerce.orders_kit import ANN
from tests.ecommerce.purchasing_kit import draft, kiln, sent
from tests.ecommerce.returns_kit import BUYER, requested
from tests.notifications.buyers_kit import EN, ZH, mails, ordered
from tests.notifications.test_buyers_limits import arrive
from tests.queue import run_tasks

HERE = "/m/luming/settings/letters/"
ORDERED = {
    "subject": "Our order {order_number}",
    "body": "Dear {contact_name},\nwe need:\n{order_items}\n\nDue: {expected_day}\nTotal {order_total}",
}


@pytest.fixture(autouse=True)
def _mailbox(settings):
    settings.DEMO, settings.EMAIL_URL = True, ""
    cache.clear()


def own(letter: str, subject: str, body: str, language: str = EN) -> TextVersion:
    return save_text(WRITABLE[letter], language, subject=subject, body=body, actor=SYSTEM)


def delivered(language: str = EN, quantity: int = 2) -> Order:
    order = ordered(language, quantity)
    arrive(order)
    return Order.objects.select_related("merchant", "customer").get(pk=order.pk)


def settled(order: Order, outcome: str = "refund", **more: Any) -> Mail:
    case = approve_return(requested(order, actor=BUYER), actor=ANN)
    case = receive_return(case, inspected={case.lines.get().pk: Inspection(restock=1)}, actor=ANN)
    settle_return(case, outcome=outcome, actor=ANN, **more)
    return mails()[-1]


def less(monkeypatch: pytest.MonkeyPatch, letter: str, name: str) -> None:
    """The letter loses a placeholder, as it may with a later version of the product."""
    one = WRITABLE[letter]
    common, more = (tuple(found for found in kept if found.name != name) for kept in (one.common, one.own))
    monkeypatch.setitem(WRITABLE, letter, replace(one, common=common, own=more))


# Complaints


def test_an_answer_to_a_complaint_says_what_the_shop_wrote(scope):
    own("complaint_answered", "About {complaint_number}", "Dear {buyer_name},\n\nOffer: {offer}\n\n{complaint_link}")
    complaint = opened(ordered())
    answer_complaint(complaint, text="So sorry.", refund_offer=Decimal("12.50"), actor=ANN)
    mail = mails()[-1]
    assert mail.subject == f"About {complaint.number}"
    assert "Dear Chen Yuhan,\n\nOffer: ¥12.50\n" in mail.text
    assert ">See the complaint</a>" in mail.html
    assert mail.sender.startswith('"Luming Teaware"')
    answer_complaint(complaint, text="Once more.", actor=ANN)
    assert "Offer" not in mails()[-1].text  # a line whose placeholders are empty is left out


def test_a_buyer_of_another_language_gets_ours_until_the_shop_wrote_in_it(scope):
    own("complaint_message", "News {complaint_number}", "Look: {complaint_link}")
    complaint = opened(ordered(ZH))
    add_message(complaint, text="您好", side="merchant", actor=ANN)
    assert "News" not in mails()[-1].subject
    own("complaint_message", "投诉 {complaint_number} 有新消息", "请看：{complaint_link}", ZH)
    add_message(complaint, text="您好", side="merchant", actor=ANN)
    assert mails()[-1].subject == f"投诉 {complaint.number} 有新消息"


def test_an_answer_that_cannot_be_used_gives_way_to_ours_and_says_so(scope, ann, as_user, monkeypatch):
    own("complaint_answered", "About {complaint_number}", "{complaint_subject}: {complaint_link}")
    less(monkeypatch, "complaint_answered", "complaint_subject")
    answer_complaint(opened(ordered()), text="So sorry.", actor=ANN)
    assert mails()[-1].subject == "Luming Teaware has answered your complaint"
    assert LetterText.objects.get().problem == "complaint_subject"
    (note,) = Notification.objects.filter(kind="letter-broken")
    assert note.params["letter"] == "complaint_answered"
    page = as_user(ann).get(f"{HERE}complaint_answered/en/").content.decode()
    assert "buyers get ours" in page


def test_what_the_platform_writes_is_not_the_shops_to_say(scope, ann, as_user):
    for letter in ("complaint_decided", "complaint_escalated", "review_edit"):
        assert letter not in WRITABLE
        assert as_user(ann).get(f"{HERE}{letter}/en/").status_code == 404


def test_another_shops_words_are_its_own(scope, rival):
    with tenant(rival):
        own("complaint_answered", "Rival {complaint_number}", "{complaint_link}")
    answer_complaint(opened(ordered()), text="So sorry.", actor=ANN)
    assert mails()[-1].subject == "Luming Teaware has answered your complaint"


# Returns


@pytest.mark.parametrize("language", [EN, ZH])
def test_how_a_return_ended_is_said_in_the_language_of_the_letter(scope, language):
    own("return_settled", "Done: {return_number}", "{settlement}\n\n{refund}\n\n{reason}", language)
    with translation.override(EN if language == ZH else ZH):  # whoever settles it may read another language
        mail = settled(delivered(language), amount=Decimal("20.00"), reason="As agreed.")
    assert mail.subject.startswith("Done: ")
    assert "20.00" in mail.text
    assert ("is refunded to you" in mail.text) == (language == EN)


def test_a_return_that_arrived_and_one_in_repair(scope):
    own("return_received", "Here: {return_number}", "{return_items}\nBy {settled_by}")
    own("return_repairing", "Repair: {return_number}", "We mend it.\n\n{reason}")
    case = approve_return(requested(delivered(), actor=BUYER), actor=ANN)
    case = receive_return(case, inspected={case.lines.get().pk: Inspection(repair=1)}, actor=ANN)
    arrived = mails()[-1]
    assert arrived.subject == f"Here: {case.number}"
    assert "1 × Gaiwan & lid\nBy " in arrived.text
    settle_return(case, outcome="repair", reason="A new lid.", actor=ANN)
    assert "We mend it.\n\nA new lid." in mails()[-1].text


def test_a_settled_return_must_say_how_it_ended(scope):
    with pytest.raises(Refused, match="settlement"):
        own("return_settled", "Done: {return_number}", "Bye.")


def test_ours_is_said_where_the_shop_wrote_nothing(scope):
    mail = settled(delivered(), amount=Decimal("20.00"))
    assert "is settled" in mail.subject
    assert "¥20.00 is refunded to you." in mail.text


@pytest.mark.parametrize("language", [EN, ZH])
@pytest.mark.parametrize("letter", [*ANSWERS, "purchase_order"])
def test_every_placeholder_has_a_value_for_real_data(scope, letter, language):
    order = delivered()
    opened(order)
    requested(order, actor=BUYER)
    sent(kiln(email="kiln@example.com", contact="Ms Wu"))
    about, values = WRITABLE[letter].example("")
    with translation.override(language), timezone.override(scope.zone):
        context = context_of(about, WRITABLE[letter], values, is_preview=True)
        body = " ".join("{" + name + "}" for name in WRITABLE[letter].names)
        made = written(WRITABLE[letter], "x", body, context)
    assert "{" not in made.text
    assert scope.name in made.text


# Purchase orders


def test_a_purchase_order_goes_out_in_the_shops_words_with_its_file(scope):
    own("purchase_order", **ORDERED)
    order = sent(kiln(email="kiln@example.com", contact="Ms Wu"))
    run_tasks()
    mail = Mail.objects.get(purpose="supplier")
    assert mail.subject == f"Our order {order.number}"
    assert "Dear Ms Wu,\nwe need:\n24 × POT " in mail.text
    assert "¥84.00" in mail.text
    assert ("Due" in mail.text) == bool(order.expected_on)
    assert "writes to you as its supplier" in mail.html
    assert Attachment.objects.get().name == f"{order.number}.pdf"


def test_the_purchase_letter_is_ours_in_a_language_the_shop_did_not_write(scope):
    own("purchase_order", **ORDERED)
    scope.language = ZH
    scope.save()
    sent(kiln(email="kiln@example.com"))
    run_tasks()
    assert "Our order" not in Mail.objects.get(purpose="supplier").subject


def test_a_purchase_letter_that_cannot_be_used_gives_way_to_ours_and_says_so(scope, ann, as_user, monkeypatch):
    own("purchase_order", **ORDERED)
    less(monkeypatch, "purchase_order", "contact_name")
    order = sent(kiln(email="kiln@example.com"))
    run_tasks()
    assert Mail.objects.get(purpose="supplier").subject == f"Purchase order {order.number} · Luming Teaware"
    assert Notification.objects.filter(kind="letter-broken").count() == 1
    client = as_user(ann)
    page = client.get(f"{HERE}purchase_order/en/").content.decode()
    assert "suppliers get ours" in page
    assert "buyers get ours" not in page
    assert "Suppliers get our text in place of yours" in client.get("/m/luming/inbox/").content.decode()


def test_the_page_previews_tests_and_saves_a_purchase_letter(shop, rival, ann, as_user):
    with tenant(rival):
        secret = draft(kiln(name="Secret kiln", sku="SECRET"), ("SECRET", 1))
        secret.number = "P-SECRET"
        secret.save()
    with tenant(shop):
        factories.WarehouseFactory(is_default=True)
        first, second = draft(kiln(name="Kiln one")), draft(kiln(name="Kiln two"), ("POT", 5))
    client, page = as_user(ann), f"{HERE}purchase_order/en/"
    index = client.get(HERE).content.decode()
    assert "Texts of letters to suppliers" in index
    assert index.count("/purchase_order/") == 2
    assert "{supplier_name}" in client.get(page).content.decode()
    assert "5 × POT" in client.post(f"{page}preview/", ORDERED).content.decode()
    assert "24 × POT" in client.post(f"{page}preview/", ORDERED | {"order": first.number}).content.decode()
    assert second.number in client.get(f"{page}preview/").content.decode()
    other = client.post(f"{page}preview/", ORDERED | {"order": "P-SECRET"}).content.decode()
    assert "No order P-SECRET" in other
    assert client.post(page, ORDERED | {"do": "test"}).status_code == 200
    with tenant(shop):
        assert Mail.objects.get(to="ann@example.com").subject == f"Test: Our order {second.number}"
        assert not TextVersion.objects.exists()
    assert client.post(page, ORDERED | {"do": "save"}).status_code == 302
    assert client.post(f"{page}use/", {"number": "0"}).status_code == 302
    with tenant(shop):
        assert LetterText.objects.get().version is None
        assert TextVersion.objects.count() == 1
