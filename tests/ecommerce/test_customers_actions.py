"""What is known of buyers changes through actions; the log keeps no personal data."""

from __future__ import annotations

import json

import pytest

from accounts.models import Activity
from core.errors import Refused
from core.tenancy import tenant
from ecommerce.customers import actions
from ecommerce.customers.queries import consent_states, customer_list, has_consent
from ecommerce.models import Consent, Customer
from tests import factories


@pytest.fixture
def buyer(scope, ann):
    return actions.create_customer(
        name="Chen Yuhan", email="Yuhan@Example.com", phone="138 0013 8000", country="cn", actor=ann.actor
    )


def test_details_are_written_down_evenly(buyer):
    assert (buyer.email, buyer.phone, buyer.country) == ("yuhan@example.com", "138 0013 8000", "CN")


def test_the_log_knows_fields_and_not_what_stands_in_them(buyer, ann):
    actions.change_customer(buyer, name="Chen Y.", email="", note="Likes celadon", actor=ann.actor)
    actions.add_tag(buyer, "Gift buyer", actor=ann.actor)

    fact = Activity.objects.get(payload__fields__0="email")
    assert fact.changes == {"name": ["•••", "•••"], "email": ["•••", ""], "note": ["", "•••"]}
    assert fact.payload == {"customer_id": buyer.pk, "fields": ["email", "name", "note"]}
    told = json.dumps(list(Activity.objects.values("payload", "changes", "subject_label")), ensure_ascii=False)
    for secret in ("Chen", "yuhan", "Example", "138", "celadon", "Gift"):
        assert secret not in told


def test_a_change_of_nothing_is_not_told(buyer, ann):
    before = Activity.objects.count()

    actions.change_customer(buyer, name=" Chen Yuhan ", actor=ann.actor)

    assert Activity.objects.count() == before


@pytest.mark.parametrize(
    ("fields", "code"),
    [
        ({"name": " "}, "name_empty"),
        ({"email": "chen@"}, "bad_email"),
        ({"phone": "call me"}, "bad_phone"),
        ({"phone": "+-()"}, "bad_phone"),
    ],
)
def test_details_that_cannot_be_are_refused(buyer, ann, fields, code):
    with pytest.raises(Refused) as refusal:
        actions.change_customer(buyer, actor=ann.actor, **fields)

    assert refusal.value.code == code
    assert Customer.objects.get().name == "Chen Yuhan"


def test_a_tag_is_put_on_once_and_taken_off(buyer, ann):
    actions.add_tag(buyer, " VIP  buyer ", actor=ann.actor)
    actions.add_tag(buyer, "VIP buyer", actor=ann.actor)

    assert [tag.name for tag in buyer.tags.all()] == ["VIP buyer"]
    actions.remove_tag(buyer, "VIP buyer", actor=ann.actor)
    assert buyer.tags.count() == 0
    assert Activity.objects.filter(kind="customers.changed").count() == 2


@pytest.mark.parametrize("tag", ["", "a,b", "x" * 41, "a\x07"])
def test_what_is_no_tag_is_refused(buyer, ann, tag):
    with pytest.raises(Refused) as refusal:
        actions.add_tag(buyer, tag, actor=ann.actor)

    assert refusal.value.code == "bad_tag"


def test_the_newest_answer_counts_and_the_older_ones_stay(buyer, ann):
    assert has_consent(buyer, Consent.Purpose.MARKETING) is None
    for granted in (True, False, True):
        actions.record_consent(buyer, purpose="marketing", granted=granted, source="phone", actor=ann.actor)

    assert has_consent(buyer, Consent.Purpose.MARKETING) is True
    assert has_consent(buyer, Consent.Purpose.MARKETING, Consent.Channel.SMS) is None
    assert Consent.objects.count() == 3
    assert customer_list().get().marketing_email is True
    states = {(state.purpose, state.channel): state.granted for state in consent_states(buyer)}
    assert states == {
        (purpose, channel): (purpose, channel) == ("marketing", "email")
        for purpose in Consent.Purpose.values
        for channel in Consent.Channel.values
    }


def test_an_unknown_purpose_is_refused(buyer, ann):
    with pytest.raises(Refused):
        actions.record_consent(buyer, purpose="spying", granted=True, source="", actor=ann.actor)

    assert not Consent.objects.exists()


def test_external_ids_are_unique_in_a_shop_only(buyer, ann, rival, cleo):
    actions.create_customer(name="A", external_id="7", actor=ann.actor)
    with pytest.raises(Refused) as refusal:
        actions.create_customer(name="B", external_id="7", actor=ann.actor)
    assert refusal.value.code == "external_id_taken"
    with tenant(rival):
        actions.create_customer(name="B", external_id="7", actor=cleo.actor)
    assert Customer.objects.count() == 2
    assert not Customer.objects.filter(name="B").exists()
    assert factories.CustomerFactory().tags.count() == 0
