"""A shop's own words in its letters: versions, tests, previews, and our text where theirs cannot be used."""

from __future__ import annotations

from dataclasses import replace

import pytest
from django.core.cache import cache
from django.db import IntegrityError, connection, transaction
from django.utils import timezone, translation

from accounts.activity.log import record
from accounts.models import Activity
from core.actors import SYSTEM
from core.errors import Refused
from core.tenancy import tenant
from ecommerce.orders.events import OrderDelivered, OrderRefunded
from ecommerce.purchasing.models import PurchaseOrder
from notifications.mail.models import Mail
from notifications.models import Notification, TextVersion
from notifications.suppliers.letters import write_purchase_order
from notifications.texts.actions import save_text, set_letterhead, use_version
from notifications.texts.catalogue import WRITABLE
from notifications.texts.contexts import context_of
from notifications.texts.letterhead import from_line
from notifications.texts.own import written
from notifications.texts.rules import check, placeholders_in
from tests import factories
from tests.queue import run_tasks

HERE = "/m/luming/settings/letters/"
OWN = {"subject": "Order {order_number} is there", "body": "Dear {buyer_name},\n\nit came: {order_items}\n{order_link}"}


@pytest.fixture(autouse=True)
def _mailbox(settings):
    settings.DEMO, settings.EMAIL_URL = True, ""
    cache.clear()


@pytest.fixture
def order(shop):
    with tenant(shop):
        customer = factories.CustomerFactory(name="Wang", email="wang@example.com", language="en")
        order = factories.OrderFactory(
            number="10001", customer=customer, buyer_name="Wang <x>", delivered_at=timezone.now()
        )
        factories.OrderLineFactory(order=order, title="Gaiwan & lid", quantity=2)
        return order


def deliver(order) -> Mail:
    with tenant(order.merchant):
        event = OrderDelivered(order_id=order.pk, number=order.number, customer_id=order.customer_id)
        record(event, actor=SYSTEM, subject=order)
    run_tasks()
    with tenant(order.merchant):
        return Mail.objects.filter(purpose="buyer").latest("pk")


def own(merchant, **changes) -> TextVersion:
    with tenant(merchant):
        return save_text(WRITABLE["delivered"], "en", **(OWN | changes), actor=SYSTEM)


def test_a_letter_says_what_the_shop_wrote_in_the_buyers_language_alone(shop, order):
    own(shop)
    mail = deliver(order)
    assert mail.subject == "Order 10001 is there"
    assert "Dear Wang <x>,\n\nit came: 2 × Gaiwan & lid\n" in mail.text
    assert "/b/" in mail.text
    assert "Dear Wang &lt;x&gt;," in mail.html
    assert ">Follow your order</a>" in mail.html
    assert "No more of this kind" in mail.html
    assert mail.headers["List-Unsubscribe-Post"] == "List-Unsubscribe=One-Click"
    with tenant(shop):
        order.customer.language = "zh-CN"
        order.customer.save()
    assert "已" in deliver(order).subject


def test_another_shops_words_are_its_own(shop, rival, order):
    own(rival)
    assert deliver(order).subject == "Your order 10001 has arrived · Luming Teaware"


def test_versions_stay_and_any_is_used_again(shop, order):
    own(shop)
    own(shop, subject="Second {order_number}")
    own(shop, subject="Second {order_number}")
    with tenant(shop):
        assert [version.number for version in TextVersion.objects.all()] == [2, 1]
        use_version(WRITABLE["delivered"], "en", 1, actor=SYSTEM)
    assert deliver(order).subject == "Order 10001 is there"
    with tenant(shop):
        use_version(WRITABLE["delivered"], "en", 0, actor=SYSTEM)
    assert "has arrived" in deliver(order).subject
    with tenant(shop):
        kinds = list(Activity.objects.filter(kind__startswith="texts.").values_list("kind", flat=True))
        assert sorted(kinds) == ["texts.chosen", "texts.chosen", "texts.saved", "texts.saved"]
        with pytest.raises(Refused):
            use_version(WRITABLE["delivered"], "en", 9, actor=SYSTEM)


def test_a_version_is_never_changed(shop):
    own(shop)
    with tenant(shop), pytest.raises(IntegrityError), transaction.atomic():
        TextVersion.objects.update(subject="x")
    with pytest.raises(IntegrityError), transaction.atomic(), connection.cursor() as cursor:
        cursor.execute("DELETE FROM notifications_textversion")


def test_a_text_that_breaks_later_gives_way_to_ours_and_the_shop_is_told_once(shop, ann, order, monkeypatch, as_user):
    own(shop)
    letter = WRITABLE["delivered"]
    less = replace(letter, common=tuple(one for one in letter.common if one.name != "order_items"))
    monkeypatch.setitem(WRITABLE, "delivered", less)
    assert deliver(order).subject == "Your order 10001 has arrived · Luming Teaware"
    deliver(order)
    with tenant(shop):
        (note,) = Notification.objects.filter(kind="letter-broken")
        assert (note.user, note.params["placeholder"]) == (ann, "order_items")
        assert Activity.objects.filter(kind="texts.broke").count() == 1
    client = as_user(ann)
    assert "Cannot be used, ours is sent" in client.get(HERE).content.decode()
    page = client.get(f"{HERE}delivered/en/").content.decode()
    assert "order_items" in page
    assert "buyers get ours" in page
    client.post(f"{HERE}delivered/en/", {"subject": "Order {order_number}", "body": "It came."})
    run_tasks()
    with tenant(shop):
        assert Notification.objects.get(kind="letter-broken").state == "handled"
    assert deliver(order).subject == "Order 10001"


def test_what_a_letter_lacks_at_the_moment_breaks_it_too(shop, order, monkeypatch):
    own(shop)

    def gone(context):
        return context["not there"]

    letter = WRITABLE["delivered"]
    changed = tuple(replace(one, value=gone) if one.name == "order_items" else one for one in letter.common)
    monkeypatch.setitem(WRITABLE, "delivered", replace(letter, common=changed))
    assert "has arrived" in deliver(order).subject


@pytest.mark.parametrize("language", ["en", "zh-hans"])
@pytest.mark.parametrize("letter", list(WRITABLE.values()), ids=list(WRITABLE))
def test_the_words_one_begins_with_can_be_sent(letter, language):
    with translation.override(language):
        subject, body = letter.own_subject, str(letter.body)
        check(subject, body, known=letter.names, links=letter.links, needed=letter.needed)
        assert set(placeholders_in(body)) <= set(letter.names)
        assert all(str(one.label) for one in letter.placeholders)


def test_every_placeholder_of_a_letter_has_a_value_for_a_real_order(shop, order):
    with tenant(shop):
        about, values = WRITABLE["delivered"].example("10001")
        context = context_of(about, WRITABLE["delivered"], values, is_preview=True)
        body = " ".join("{" + name + "}" for name in WRITABLE["delivered"].names)
        made = written(WRITABLE["delivered"], "x", body, context)
    assert "10001" in made.text
    assert "{" not in made.text


def test_the_page_refuses_saves_previews_and_tests(shop, ann, order, as_user):
    client = as_user(ann)
    page = f"{HERE}delivered/en/"
    assert client.get(HERE).status_code == 200
    assert "{order_number}" in client.get(page).content.decode()
    wrong = client.post(page, OWN | {"body": "Hi {nobody}"})
    assert wrong.status_code == 422
    assert "{nobody}" in wrong.content.decode()
    shown = client.post(f"{page}preview/", OWN)
    assert "Gaiwan &amp; lid" in shown.content.decode()
    assert "sandbox" in shown["Content-Security-Policy"]
    assert shown["X-Frame-Options"] == "SAMEORIGIN"
    assert "{nobody}" in client.post(f"{page}preview/", OWN | {"body": "Hi {nobody}"}).content.decode()
    test = client.post(page, OWN | {"do": "test"})
    assert test.status_code == 200
    assert "it came" in test.content.decode(), "what was typed is still there"
    with tenant(shop):
        mail = Mail.objects.get(to="ann@example.com")
        assert mail.subject == "Test: Order 10001 is there"
        assert not TextVersion.objects.exists()
    assert client.post(page, OWN | {"do": "save"}).status_code == 302
    assert "Your version 1 is used" in client.get(page).content.decode()
    assert client.post(f"{page}use/", {"number": "0"}).status_code == 302
    assert client.post(f"{page}use/", {"number": "x"}).status_code == 422


def test_a_preview_is_of_an_order_of_the_shop(shop, rival, ann, order, as_user):
    with tenant(rival):
        factories.OrderFactory(number="99999", buyer_name="Secret buyer")
    client = as_user(ann)
    page = f"{HERE}delivered/en/preview/"
    assert "Wang" in client.post(page, OWN | {"order": "#10001"}).content.decode()
    other = client.post(page, OWN | {"order": "99999"}).content.decode()
    assert "Secret" not in other
    assert "No order 99999" in other
    assert "no order yet" in client.get(f"{HERE}shipped/en/preview/").content.decode()


def test_who_may_not_write_letters_does_not(shop, ben, cleo, as_user):
    for address in (HERE, f"{HERE}delivered/en/", f"{HERE}delivered/en/preview/", f"{HERE}from/"):
        assert as_user(ben).get(address).status_code == 403
        assert as_user(cleo).get(address).status_code == 404
    assert as_user(cleo).post(f"{HERE}delivered/en/", OWN).status_code == 404


def test_unknown_letters_and_languages_are_not_found(ann, as_user):
    assert as_user(ann).get(f"{HERE}nothing/en/").status_code == 404
    assert as_user(ann).get(f"{HERE}delivered/fr/").status_code == 404


def test_all_letters_go_out_under_the_name_and_reply_to_of_the_shop(shop, ann, order, as_user):
    client = as_user(ann)
    form = {"sender_name": "Lu Ming 鹿鸣", "reply_to": "care@luming.example"}
    assert client.post(HERE, form).status_code == 302
    page = client.get(HERE).content.decode()
    assert "&quot;Lu Ming 鹿鸣&quot; &lt;notices@storecast.example&gt;" in page
    mail = deliver(order)
    assert (mail.sender, mail.headers["Reply-To"]) == (
        '"Lu Ming 鹿鸣" <notices@storecast.example>',
        "care@luming.example",
    )
    with tenant(shop):
        supplier = factories.SupplierFactory(email="kiln@example.com")
        purchase = PurchaseOrder.objects.create(supplier=supplier, warehouse=factories.WarehouseFactory(), number="P-1")
        sent = write_purchase_order(purchase, dedupe="p")
        assert sent is not None
        assert (sent.sender, sent.headers["Reply-To"]) == (mail.sender, "care@luming.example")


def test_without_a_choice_it_is_as_before(shop, order):
    mail = deliver(order)
    assert mail.sender == '"Luming Teaware" <notices@storecast.example>'


@pytest.mark.parametrize(
    "form",
    [
        {"sender_name": "boss@bank.example"},
        {"reply_to": "not an address"},
        {"reply_to": "a@example.com\nBcc: b@example.com"},
        {"reply_to": "a@example.com, b@example.com"},
        {"sender_name": "x" * 81},
    ],
)
def test_what_is_no_name_or_no_address_is_refused(shop, ann, as_user, form):
    assert as_user(ann).post(HERE, form).status_code == 422


def test_a_name_cannot_become_a_header_or_another_sender(shop):
    evil = 'Evil" <boss@bank.example>,\r\nBcc: x\u202e\u0000'
    assert from_line(evil) == '"Evil boss bank.example Bcc x" <notices@storecast.example>'
    with tenant(shop):
        set_letterhead(sender_name=evil, reply_to="", actor=SYSTEM)


def test_the_from_line_is_shown_while_it_is_typed(shop, ann, as_user):
    answer = as_user(ann).get(f"{HERE}from/?sender_name=Tea+%3Cx%40y%3E").content.decode()
    assert "&quot;Tea x y&quot; &lt;notices@" in answer


def test_an_amount_is_asked_for_where_it_is_what_the_letter_is_about(shop, order):
    with tenant(shop), pytest.raises(Refused, match="amount"):
        save_text(WRITABLE["refunded"], "en", subject="Refund {order_number}", body="Soon.", actor=SYSTEM)
    with tenant(shop):
        save_text(WRITABLE["refunded"], "en", subject="Refund {order_number}", body="{amount}.", actor=SYSTEM)
        common = {"order_id": order.pk, "number": order.number, "customer_id": order.customer_id}
        refund = {"payment_id": 1, "amount": "88.50", "currency": "CNY", "reason": "broken", "whole": False}
        record(OrderRefunded(**common, **refund), actor=SYSTEM, subject=order)
    run_tasks()
    with tenant(shop):
        assert "¥88.50." in Mail.objects.get(purpose="buyer").text
