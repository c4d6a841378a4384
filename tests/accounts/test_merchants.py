"""From application to shop; what each state lets happen."""

from __future__ import annotations

import pytest
from allauth.account.models import EmailAddress
from django.core import mail

from accounts.merchants import actions
from accounts.merchants.rules import slug_from
from accounts.models import Activity, Membership, Merchant, User
from core.actors import SYSTEM
from core.errors import Refused
from core.tenancy import every_tenant, tenant
from ecommerce.models import Warehouse
from tests import factories
from tests.accounts.conftest import sign_in
from tests.queue import run_tasks

SHOP = {
    "shop_name": "Xinyi Ceramics",
    "slug": "",
    "pitch": "Celadon from Longquan",
    "website": "xinyi.example",
    "country": "CN",
    "city": "Longquan",
    "currency": "CNY",
    "time_zone": "Asia/Shanghai",
}
PERSON = {"person": "Xin Yi", "email": "Xin@Example.com", "password": "staple battery horse"}
STAFF = "/staff/merchants/"


@pytest.fixture
def care(db, settings) -> User:
    settings.STAFF_MFA_REQUIRED = False
    return factories.UserFactory(name="Carol", email="carol@example.com", staff_role="care")


@pytest.fixture
def applied(db, confirmed) -> Merchant:
    applicant = confirmed(factories.UserFactory(name="Xin", email="xin@example.com"))
    return actions.apply(actions.ShopData(name="Xinyi Ceramics", pitch="Celadon"), applicant=applicant)


def kinds(merchant: Merchant) -> list[str]:
    with tenant(merchant):
        return list(Activity.objects.order_by("pk").values_list("kind", flat=True))


def test_a_visitor_applies_confirms_is_approved_and_opens_the_shop(client, browser, care):
    assert client.post("/apply/", SHOP | PERSON)["Location"] == "/apply/sent/"
    merchant = Merchant.objects.get()
    assert (merchant.state, merchant.slug, merchant.website) == ("applied", "xinyi-ceramics", "https://xinyi.example")
    assert [letter.to for letter in mail.outbox] == [["xin@example.com"]]
    xin = User.objects.get(email="xin@example.com")
    assert sign_in(client, xin, "staple battery horse")["Location"] == "/account/confirm/"

    browser.force_login(care)
    assert "has not confirmed" in browser.get(f"{STAFF}{merchant.pk}/").content.decode()
    assert browser.post(f"{STAFF}{merchant.pk}/approve/").status_code == 422
    link = next(line for line in mail.outbox[0].body.splitlines() if "/account/confirm/" in line)
    client.post(link)
    assert browser.post(f"{STAFF}{merchant.pk}/approve/")["Location"] == f"{STAFF}{merchant.pk}/"

    assert sign_in(client, xin, "staple battery horse")["Location"] == "/"
    assert client.get("/")["Location"] == "/m/xinyi-ceramics/"
    run_tasks()
    with tenant(merchant):
        assert Membership.objects.get(user=xin).is_owner
        assert list(Warehouse.objects.values_list("is_default", flat=True)) == [True]
    assert mail.outbox[-1].subject == "Xinyi Ceramics is open"
    begun = ["playbooks.saved", "playbooks.switched"] * 2
    assert kinds(merchant)[-6:] == ["members.joined", "merchants.approved", *begun]


def test_an_address_with_an_account_is_not_told_to_a_stranger(client, ann):
    new = client.post("/apply/", SHOP | PERSON)
    known = client.post("/apply/", SHOP | PERSON | {"email": "ANN@example.com", "shop_name": "Other"})

    assert (new.status_code, new["Location"]) == (known.status_code, known["Location"])
    assert Merchant.objects.filter(applicant=ann).count() == 0
    assert mail.outbox[-1].to == ["ann@example.com"]
    assert mail.outbox[-1].subject == "You have an account already"


def test_somebody_signed_in_applies_for_the_shop_alone(as_user, cleo):
    client = as_user(cleo)
    assert 'name="password"' not in client.get("/apply/").content.decode()

    assert client.post("/apply/", SHOP)["Location"] == "/shops/"

    assert Merchant.objects.get(slug="xinyi-ceramics").applicant == cleo
    assert "Xinyi Ceramics" in client.get("/shops/").content.decode()


@pytest.mark.parametrize(
    ("change", "says"),
    [
        ({"password": "short"}, "at least 12 characters"),
        ({"slug": "Bad Address"}, "small letters, digits and single hyphens"),
        ({"slug": "luming"}, "Another shop has this address"),
        ({"email": "nobody"}, "valid email address"),
        ({"currency": "XXX"}, "not one of the available choices"),
        ({"shop_name": ""}, "This field is required."),
    ],
)
def test_a_wrong_application_leaves_nothing_behind(client, shop, change, says):
    response = client.post("/apply/", SHOP | PERSON | change)

    assert response.status_code == 422
    assert says in response.content.decode()
    assert (Merchant.objects.count(), User.objects.count(), len(mail.outbox)) == (1, 0, 0)


@pytest.mark.parametrize(
    ("name", "slug"), [("Luming Teaware", "luming-teaware"), ("Café & Co.", "cafe-co"), ("陆羽茶具", ""), ("A!", "")]
)
def test_an_address_is_made_from_the_name(name, slug):
    assert slug_from(name) == slug


def test_a_chinese_name_and_a_taken_one_get_an_address_too(applied):
    xin = applied.applicant
    again = actions.apply(actions.ShopData(name="Xinyi Ceramics", pitch="-"), applicant=xin)
    chinese = actions.apply(actions.ShopData(name="陆羽茶具", pitch="-"), applicant=xin)

    assert again.slug.startswith("xinyi-ceramics-")
    assert chinese.slug.startswith("shop-")


def test_a_refused_applicant_reads_why_and_applies_again(as_user, browser, care, applied):
    client = as_user(care)
    assert client.post(f"{STAFF}{applied.pk}/refuse/", {"reason": " "}).status_code == 422
    assert Merchant.objects.get().state == "applied"

    client.post(f"{STAFF}{applied.pk}/refuse/", {"reason": "No pictures of the goods."})

    assert "No pictures of the goods." in mail.outbox[-1].body
    browser.force_login(applied.applicant)
    assert "No pictures of the goods." in browser.get("/shops/").content.decode()
    assert browser.get(f"/m/{applied.slug}/").status_code == 404
    browser.post(f"/shops/{applied.pk}/again/", {"pitch": "Celadon, with pictures", "website": ""})
    merchant = Merchant.objects.get()
    assert (merchant.state, merchant.pitch, merchant.state_reason) == ("applied", "Celadon, with pictures", "")
    assert kinds(applied) == ["merchants.applied", "merchants.refused", "merchants.applied"]


def test_two_who_decide_at_once_do_not_both(applied, care):
    actions.approve(applied, actor=care.actor)

    with pytest.raises(Refused, match="cannot be done now"):
        actions.refuse(applied, reason="Too late", actor=care.actor)
    assert Merchant.objects.get().state == "active"
    assert kinds(applied)[-1] == "merchants.approved"


def test_nobody_decides_about_their_own_application(applied):
    with pytest.raises(Refused, match="Somebody else"):
        actions.approve(applied, actor=applied.applicant.actor)


def test_a_suspended_shop_may_be_looked_at_and_not_changed(as_user, ann, shop):
    actions.suspend(shop, reason="Copies of a brand", actor=SYSTEM)
    client = as_user(ann)

    page = client.get("/m/luming/settings/team/").content.decode()
    assert "Copies of a brand" in page
    invite = "/m/luming/settings/team/invite/", {"email": "ken@example.com", "role": "analyst"}
    response = client.post(*invite)
    assert response.status_code == 403
    assert "This shop is suspended" in response.content.decode()
    htmx = client.post("/m/luming/settings/shop/", {}, headers={"HX-Request": "true"})
    assert htmx.status_code == 403
    assert kinds(shop) == ["merchants.state_changed"]
    assert [letter.to for letter in mail.outbox] == [["ann@example.com"]]

    actions.reactivate(shop, actor=SYSTEM)
    assert (
        client.post("/m/luming/settings/team/invite/", {"email": "k@example.com", "role": "analyst"}).status_code == 302
    )


def test_a_restricted_shop_brings_nothing_new_to_market(ann, shop):
    actions.restrict(shop, reason="Late parcels", actor=SYSTEM)

    with every_tenant("look at the member"):
        member = Membership.objects.select_related("merchant").get(user=ann)
    assert member.may("orders.ship")
    assert not member.may("products.create")
    assert not member.may("imports.run")


def test_the_owner_goes_on_holiday_and_comes_back(as_user, ann, ben, shop):
    client = as_user(ann)
    client.post("/m/luming/settings/shop/holiday/", {"do": "start", "note": "Back on 8 October"})
    shop.refresh_from_db()
    assert (shop.state, shop.state_reason) == ("holiday", "Back on 8 October")
    assert "Back on 8 October" in client.get("/m/luming/settings/shop/").content.decode()
    with pytest.raises(Refused):
        actions.reactivate(shop, actor=SYSTEM)

    client.post("/m/luming/settings/shop/holiday/", {"do": "end"})

    shop.refresh_from_db()
    assert shop.state == "active"
    assert client.post("/m/luming/settings/shop/holiday/", {"do": "end"}).status_code == 422
    assert as_user(ben).post("/m/luming/settings/shop/holiday/", {"do": "start"}).status_code == 403
    assert kinds(shop) == ["merchants.state_changed"] * 2


SETTINGS = {
    "name": "Luming Tea",
    "contact_email": "shop@luming.example",
    "website": "",
    "country": "CN",
    "city": "Hangzhou",
    "time_zone": "Asia/Tokyo",
    "language": "zh-hans",
    "ship_within_hours": "24",
    "low_stock_days": "5",
}


def test_the_settings_are_saved_and_the_change_is_written_down(as_user, ann, shop):
    assert as_user(ann).post("/m/luming/settings/shop/", SETTINGS).status_code == 302

    shop.refresh_from_db()
    assert (shop.name, shop.time_zone, shop.ship_within_hours) == ("Luming Tea", "Asia/Tokyo", 24)
    with tenant(shop):
        changes = Activity.objects.get().changes
    assert changes["ship_within_hours"] == [48, 24]
    assert "low_stock_days" in changes
    assert "country" not in changes


@pytest.mark.parametrize(
    "wrong",
    [{"ship_within_hours": "0"}, {"ship_within_hours": "9" * 30}, {"low_stock_days": "NaN"}, {"time_zone": "Mars"}],
)
def test_settings_that_make_no_sense_change_nothing(as_user, ann, shop, wrong):
    assert as_user(ann).post("/m/luming/settings/shop/", SETTINGS | wrong).status_code == 422

    shop.refresh_from_db()
    assert shop.name == "Luming Teaware"


def test_the_currency_stays(as_user, ann, shop):
    as_user(ann).post("/m/luming/settings/shop/", SETTINGS | {"currency": "USD"})

    shop.refresh_from_db()
    assert shop.currency == "CNY"


def test_the_list_of_merchants_is_cut_by_state(as_user, care, applied, shop, rival):
    actions.suspend(rival, reason="Copies", actor=SYSTEM)
    client = as_user(care)

    def shown(query: str) -> list[str]:
        return [row.name for row in client.get(f"{STAFF}{query}").context["page"].rows]

    assert shown("") == ["Xinyi Ceramics"]
    assert shown("?tab=active") == ["Luming Teaware"]
    assert shown("?tab=suspended") == ["Qingyun Pottery"]
    assert shown("?tab=active&q=nothing") == []


def test_staff_without_the_word_decides_nothing(as_user, mo, applied):
    client = as_user(mo)
    assert client.get(STAFF).status_code == 403
    assert client.post(f"{STAFF}{applied.pk}/approve/").status_code == 403
    assert Merchant.objects.get().state == "applied"


def test_an_unknown_decision_is_not_found(as_user, care, applied):
    assert as_user(care).post(f"{STAFF}{applied.pk}/crown/").status_code == 404


def test_the_applicant_of_another_cannot_apply_again_for_it(as_user, cleo, care, applied):
    actions.refuse(applied, reason="No", actor=care.actor)

    assert as_user(cleo).get(f"/shops/{applied.pk}/again/").status_code == 404


def test_an_unconfirmed_second_address_does_not_count(applied, care):
    EmailAddress.objects.filter(user=applied.applicant).update(verified=False)

    with pytest.raises(Refused, match="not confirmed"):
        actions.approve(applied, actor=care.actor)
    with every_tenant("look whether anybody was let in"):
        assert Membership.objects.count() == 0
