"""The customer pages: lists, forms, tags and consents."""

from __future__ import annotations

import csv
import io
from datetime import timedelta
from decimal import Decimal

import pytest
from django.utils import timezone

from core.tenancy import tenant
from ecommerce.customers import actions
from ecommerce.models import Consent, Customer
from tests import factories

LIST = "/m/luming/customers/"


@pytest.fixture
def buyers(scope, ann):
    old = timezone.now() - timedelta(days=90)
    chen = factories.CustomerFactory(
        name="Chen Yuhan", email="chen@example.com", phone="+86 138-0013 8000", country="CN", region="Zhejiang",
        order_count=3, spend=Decimal(900), created_at=old, last_order_at=timezone.now(),
    )  # fmt: skip
    emma = factories.CustomerFactory(name="Emma Laurent", email="emma@example.com", country="FR")
    actions.record_consent(chen, purpose="marketing", granted=True, source="checkout", actor=ann.actor)
    actions.add_tag(chen, "VIP", actor=ann.actor)
    return {"chen": chen, "emma": emma}


@pytest.mark.parametrize(
    ("query", "found"),
    [
        ("", {"Chen Yuhan", "Emma Laurent"}),
        ("?tab=repeat", {"Chen Yuhan"}),
        ("?tab=new", {"Emma Laurent"}),
        ("?tab=no-offers", {"Emma Laurent"}),
        ("?q=yuhan", {"Chen Yuhan"}),
        ("?q=EMMA@ex", {"Emma Laurent"}),
        ("?q=8000", {"Chen Yuhan"}),
        ("?q=1380013", set()),
        ("?country=CN", {"Chen Yuhan"}),
        ("?region=zhe", {"Chen Yuhan"}),
        ("?tag=VIP", {"Chen Yuhan"}),
        ("?tag=none", {"Chen Yuhan", "Emma Laurent"}),
        ("?spend_min=100", {"Chen Yuhan"}),
        ("?orders_max=0", {"Emma Laurent"}),
    ],
)
def test_the_list_shows_what_is_asked_for(as_user, ann, buyers, rival, query, found):
    with tenant(rival):
        factories.CustomerFactory(name="Chen Yuhan of the rival")

    response = as_user(ann).get(LIST + query)

    assert {customer.name for customer in response.context["page"].rows} == found


@pytest.mark.parametrize("sort", ["name", "orders", "spend", "last", "created"])
def test_every_sort_pages_to_the_end(as_user, ann, scope, sort):
    factories.CustomerFactory.create_batch(30)
    client = as_user(ann)

    first = client.get(f"{LIST}?sort={sort}").context["page"]
    second = client.get(f"{LIST}{first.next_query}").context["page"]

    assert len({row.pk for row in [*first.rows, *second.rows]}) == 30


def test_the_detail_page_shows_what_is_known(as_user, ann, buyers):
    text = as_user(ann).get(f"{LIST}{buyers['chen'].pk}/").text

    for words in ("chen@example.com", "VIP", "Zhejiang", "checkout", "900.00"):
        assert words in text


def test_an_analyst_sees_and_cannot_change(as_user, shop, buyers):
    from tests.conftest import _member

    client = as_user(_member(shop, "analyst", "Ada"))
    path = f"{LIST}{buyers['chen'].pk}/"

    assert client.get(path).status_code == 200
    for action in ("edit", "tag", "untag", "consent"):
        assert client.post(f"{path}{action}/", {"tag": "VIP"}).status_code == 403
    assert client.get(f"{LIST}export.csv").status_code == 403
    assert [tag.name for tag in buyers["chen"].tags.all()] == ["VIP"]


def test_another_merchants_customer_is_not_there(as_user, ann, buyers, rival):
    with tenant(rival):
        foreign = factories.CustomerFactory()
    client = as_user(ann)

    assert client.get(f"{LIST}{foreign.pk}/").status_code == 404
    for action in ("edit", "tag", "untag", "consent"):
        assert client.post(f"{LIST}{foreign.pk}/{action}/", {"tag": "VIP"}).status_code == 404


def test_a_customer_is_added_and_edited(as_user, ann, scope):
    client = as_user(ann)
    data = {"name": "Gao Ling", "email": "Gao@Example.com", "phone": "028 8765 4321", "language": "zh-hans"}

    client.post(f"{LIST}new/", data)
    gao = Customer.objects.get()
    client.post(f"{LIST}{gao.pk}/edit/", data | {"city": "Chengdu", "country": "cn"})

    gao.refresh_from_db()
    assert (gao.email, gao.city, gao.country, gao.language) == ("gao@example.com", "Chengdu", "CN", "zh-hans")


@pytest.mark.parametrize(
    ("wrong", "sentence"),
    [
        ({"name": ""}, "required"),
        ({"email": "gao@"}, "valid email"),
        ({"phone": "ring me"}, "with digits"),
        ({"country": "China"}, "two letters"),
        ({"language": "tlh"}, "not one of the available choices"),
    ],
)
def test_bad_input_gets_a_sentence_and_saves_nothing(as_user, ann, scope, wrong, sentence):
    data = {"name": "Gao Ling", "language": "en"} | wrong

    response = as_user(ann).post(f"{LIST}new/", data)

    assert (response.status_code, sentence in response.text) == (422, True)
    assert not Customer.objects.exists()


def test_tags_go_on_and_off(as_user, ann, buyers):
    client = as_user(ann)
    path = f"{LIST}{buyers['emma'].pk}/"

    client.post(f"{path}tag/", {"tag": "Gift buyer"})
    wrong = client.post(f"{path}tag/", {"tag": "a,b"})
    client.post(f"{LIST}{buyers['chen'].pk}/untag/", {"tag": "VIP"})

    assert (wrong.status_code, "without commas" in wrong.text) == (422, True)
    assert [tag.name for tag in buyers["emma"].tags.all()] == ["Gift buyer"]
    assert buyers["chen"].tags.count() == 0


def test_a_consent_is_withdrawn_and_the_history_stays(as_user, ann, buyers):
    client = as_user(ann)
    path = f"{LIST}{buyers['chen'].pk}/consent/"

    client.post(path, {"purpose": "marketing", "channel": "email", "granted": "no", "source": "by phone"})
    wrong = client.post(path, {"purpose": "spying", "channel": "email", "granted": "yes", "source": "x"})

    assert wrong.status_code == 422
    assert list(Consent.objects.values_list("granted", "source")) == [(False, "by phone"), (True, "checkout")]


def test_the_export_has_the_rows_of_the_view(as_user, ann, buyers):
    response = as_user(ann).get(f"{LIST}export.csv?tab=repeat")

    rows = list(csv.reader(io.StringIO(response.getvalue().decode("utf-8-sig"))))
    assert [row[0] for row in rows] == ["Customer name", "Chen Yuhan"]
    assert rows[1][2] == "'+86 138-0013 8000"
    assert rows[1][-1] == "yes"
