"""A shop says which letters go out and how many a buyer gets; what is withheld stands in a log with the reason."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.core.cache import cache
from django.urls import reverse
from django.utils import timezone

from accounts.models import Activity
from core.errors import Refused
from core.tenancy import tenant
from ecommerce.fulfilment.actions import mark_parcel_delivered, ship_order
from ecommerce.models import Order
from ecommerce.orders.actions import confirm_order
from ecommerce.returns.actions import approve_return, refuse_return
from notifications.buyers.actions import change_letter_rules
from notifications.buyers.letters import write_to_buyer
from notifications.buyers.models import BuyerNotice, LetterRules
from notifications.buyers.queries import letter_rules
from notifications.buyers.tasks import prune_notices
from notifications.texts.letters import LETTERS
from tests.ecommerce.loyalty_kit import points_and_coupons
from tests.ecommerce.orders_kit import ANN
from tests.ecommerce.returns_kit import BUYER, requested
from tests.notifications.buyers_kit import EN, ZH, agree, mail_of, mails, mails_of, ordered
from tests.race import alone, shared_database, together

PARCEL: dict[str, object] = {"lines": [], "is_whole": True}


@pytest.fixture(autouse=True)
def _mailbox(settings, scope):
    settings.DEMO, settings.EMAIL_URL = True, ""
    cache.clear()


def rule(**given: object) -> LetterRules:
    values = {"off": [], "most_a_day": None, "invitations_a_month": None, "invites_unasked": False, **given}
    return change_letter_rules(**values, actor=ANN)


def arrive(order: Order) -> Order:
    mark_parcel_delivered(ship_order(order, carrier="SF", tracking_number="SF1", actor=ANN), actor=ANN)
    return Order.objects.select_related("customer", "merchant").get(pk=order.pk)


def outcomes() -> list[tuple[str, str]]:
    mails()
    return list(BuyerNotice.objects.order_by("pk").values_list("letter", "outcome"))


def test_a_day_holds_so_many_letters_and_the_rest_is_written_down():
    rule(most_a_day=2)
    order = ordered()
    for number in range(4):
        write_to_buyer(order, "shipped", values=PARCEL, dedupe=f"parcel:{number}")
    assert len(mails()) == 2
    assert outcomes() == [("shipped", "written")] * 2 + [("shipped", "day_full")] * 2


def test_what_was_withheld_is_not_sent_when_it_is_told_again():
    rule(most_a_day=1)
    order = ordered()
    for fact in ("one", "two"):
        write_to_buyer(order, "shipped", values=PARCEL, dedupe=fact)
    BuyerNotice.objects.update(at=timezone.now() - timedelta(days=2))
    assert write_to_buyer(order, "shipped", values=PARCEL, dedupe="two") is None
    assert write_to_buyer(order, "shipped", values=PARCEL, dedupe="three") is not None
    assert len(mails()) == 2


def test_a_day_is_the_shops_day(time_machine, scope):
    scope.time_zone = "Asia/Shanghai"
    scope.save()
    rule(most_a_day=1)
    order = ordered()
    time_machine.move_to("2026-03-01T15:59:00Z")  # 23:59 in Shanghai
    write_to_buyer(order, "shipped", values=PARCEL, dedupe="before midnight")
    time_machine.move_to("2026-03-01T16:01:00Z")
    assert write_to_buyer(order, "shipped", values=PARCEL, dedupe="after midnight") is not None


def test_what_a_buyer_needs_passes_and_does_not_count():
    rule(most_a_day=1)
    order = ordered()
    confirm_order(order, actor=ANN)
    write_to_buyer(order, "refunded", values={"amount": 1, "currency": "CNY"}, dedupe="refund")
    assert write_to_buyer(order, "shipped", values=PARCEL, dedupe="parcel") is not None
    write_to_buyer(order, "refunded", values={"amount": 2, "currency": "CNY"}, dedupe="refund again")
    assert len(mails()) == 4


def test_each_buyer_has_a_day_of_their_own_also_without_a_customer():
    rule(most_a_day=1)
    one, other = ordered(), ordered(email="other@example.com")
    for order in (one, other):
        assert write_to_buyer(order, "shipped", values=PARCEL, dedupe=f"of {order.number}") is not None
    Order.objects.filter(pk=one.pk).update(customer=None)
    guest = Order.objects.get(pk=one.pk)
    assert write_to_buyer(guest, "shipped", values=PARCEL, dedupe="guest") is not None
    assert write_to_buyer(guest, "shipped", values=PARCEL, dedupe="guest again") is None


def test_so_many_invitations_in_30_days():
    rule(invitations_a_month=1)
    for number in range(2):
        order = ordered()
        if not number:
            agree(order, "review")
        arrive(order)
        assert ("/review/" in mail_of("delivered", order).text) is (number == 0)
    assert [one for one in outcomes() if one[0] == "review_invitation"] == [
        ("review_invitation", "written"),
        ("review_invitation", "month_full"),
    ]
    BuyerNotice.objects.update(at=timezone.now() - timedelta(days=31))
    again = ordered()
    arrive(again)
    assert "/review/" in mail_of("delivered", again).text


def test_a_shop_may_invite_who_was_never_asked_but_nobody_who_said_no():
    rule(invites_unasked=True)
    asked_never, said_no = ordered(), ordered(email="no@example.com")
    agree(said_no, "review", granted=False)
    for order in (asked_never, said_no):
        arrive(order)
    assert "/review/" in mail_of("delivered", asked_never).text
    assert "/review/" not in mail_of("delivered", said_no).text


def test_a_letter_switched_off_is_not_sent():
    rule(off=["shipped", "review_invitation"])
    order = ordered()
    agree(order, "review")
    arrive(order)
    assert mails_of("shipped", order) == []
    assert "/review/" not in mail_of("delivered", order).text


def test_what_the_buyer_does_not_want_is_written_down():
    order = ordered()
    agree(order, "order", granted=False)
    confirm_order(order, actor=ANN)
    assert outcomes() == [("order_confirmed", "unwanted")]


def test_a_change_is_recorded_once_and_nonsense_refused():
    rule(off=["shipped"], most_a_day=3)
    rule(off=["shipped"], most_a_day=3)
    (entry,) = Activity.objects.filter(kind="letters.rules_changed")
    assert entry.payload["off"] == ["shipped"]
    for bad in (
        {"off": ["advertising"]},
        {"off": ["complaint_decided"]},
        {"most_a_day": 0},
        {"invitations_a_month": 51},
    ):
        with pytest.raises(Refused):
            rule(**bad)
    assert letter_rules().most_a_day == 3


def test_each_shop_has_its_own_rules(rival):
    rule(most_a_day=1)
    with tenant(rival):
        assert letter_rules().most_a_day == 5


def form_of(**given: object) -> dict[str, object]:
    return {"most_a_day": "", "invitations_a_month": "2", **dict.fromkeys(LETTERS, "on"), **given}


def test_the_owner_sets_them_on_a_page(as_user, ann, shop):
    url = reverse("letter-rules", args=[shop.slug])
    browser = as_user(ann)
    for kind in LETTERS.values():
        assert f'name="{kind.name}"' in browser.get(url).content.decode()
    sent = form_of(most_a_day="4")
    del sent["shipped"]
    assert browser.post(url, sent).status_code == 302
    rules = letter_rules()
    assert (rules.off, rules.most_a_day, rules.invitations_a_month) == (["shipped"], 4, 2)
    bad = browser.post(url, form_of(most_a_day="900"))
    assert bad.status_code == 422
    assert letter_rules().most_a_day == 4


@pytest.mark.parametrize("language", [EN, ZH])
def test_every_letter_has_a_preview_with_a_real_order(as_user, ann, shop, language):
    order = ordered()
    browser = as_user(ann)
    confirm_order(order, actor=ANN)
    arrive(order)
    case = requested(Order.objects.get(pk=order.pk), actor=BUYER)
    refuse_return(case, reason="Worn", actor=ANN)
    approve_return(requested(Order.objects.get(pk=order.pk), actor=BUYER), actor=ANN)
    Order.objects.update(refunded_total=5)
    points_and_coupons(order)
    mails()
    written = BuyerNotice.objects.count()
    for name in LETTERS:
        url = reverse("buyer-letter-preview", args=[shop.slug, name])
        page = browser.get(url, {"language": language}).content.decode()
        if name == "exchange_sent":
            assert "No order fits this letter yet" in page
            assert browser.get(f"{url}html/").status_code == 404
            continue
        assert "sc-mail-frame" in page
        letter = browser.get(f"{url}html/", {"language": language, "order": order.number}).content.decode()
        assert f'lang="{"zh-Hans" if language == ZH else "en"}"' in letter
        assert "/mail/" not in letter.replace("/b/…/mail/", "")
        other = browser.get(url, {"order": "no-such"}).content.decode()
        assert "This letter does not fit order no-such" in other
    mails()
    assert BuyerNotice.objects.count() == written


def test_another_shops_order_is_no_example(as_user, cleo, rival):
    order = ordered()
    browser = as_user(cleo)
    url = reverse("buyer-letter-preview", args=[rival.slug, "order_confirmed"])
    assert "does not fit" in browser.get(url, {"order": order.number}).content.decode()


def test_the_log_says_what_was_withheld_and_why(as_user, ann, shop):
    rule(most_a_day=1)
    order = ordered()
    for fact in ("one", "two"):
        write_to_buyer(order, "shipped", values=PARCEL, dedupe=fact)
    mails()
    url = reverse("buyernotice-list", args=[shop.slug])
    browser = as_user(ann)
    page = browser.get(url, {"tab": "withheld"}).content.decode()
    assert "Enough letters for a day" in page
    assert order.number in page
    assert "Enough letters" not in browser.get(url, {"letter": "delayed"}).content.decode().partition('id="results"')[2]


def test_the_log_is_kept_400_days():
    order = ordered()
    for fact in ("old", "new"):
        write_to_buyer(order, "shipped", values=PARCEL, dedupe=fact)
    BuyerNotice.objects.filter(fact="old").update(at=timezone.now() - timedelta(days=401))
    prune_notices()
    assert [row.fact for row in BuyerNotice.objects.all()] == ["new"]


@pytest.mark.django_db(transaction=True)
def test_two_letters_at_once_are_counted_one_by_one(shop, tmp_path):
    with tenant(shop):
        rule(most_a_day=1)
        order = ordered()

    def write(fact: str) -> bool:
        with tenant(shop):
            mine = Order.objects.select_related("customer", "merchant").get(pk=order.pk)
            return write_to_buyer(mine, "shipped", values=PARCEL, dedupe=fact) is not None

    def counted() -> list[str]:
        with tenant(shop):
            return sorted(BuyerNotice.objects.values_list("outcome", flat=True))

    with shared_database(tmp_path):
        outcomes = together(lambda: write("one"), lambda: write("two"))
        assert sorted(outcomes) == [False, True], outcomes
        assert alone(counted) == ["day_full", "written"]
