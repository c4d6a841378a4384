"""One inbox over all shops of a person: what is unread where, one shop alone, a number that is kept up to date."""

from __future__ import annotations

import json

import pytest

from accounts.models import Membership
from core.tenancy import every_tenant, tenant
from notifications.inbox.actions import tell
from notifications.inbox.queries import inbox_of
from tests.notifications.test_inbox_kinds import LATE

EVERYWHERE = "/inbox/"
INVITED = {"by": "Ben", "role": "manager"}


@pytest.fixture
def both(settings, shop, rival, ann, cleo):
    """Ann owns one shop and works for another: three late orders here, one invitation and one late order there."""
    settings.DEMO, settings.EMAIL_URL = True, ""
    with every_tenant("build the cast"):
        Membership.objects.create(merchant=rival, user=ann, role="owner")
    for merchant, keys in ((shop, "abc"), (rival, "d")):
        with tenant(merchant):
            for key in keys:
                tell("order-late", key=key, params=LATE)
    with tenant(rival):
        tell("member-invited", key="e", params=INVITED)
    return shop, rival


def labels(response) -> dict[str, str]:
    return {shop.slug: unread for shop, unread in response.context["choices"]}


def test_each_shop_and_topic_says_what_is_unread(both, ann, as_user):
    shop, rival = both
    page = as_user(ann).get(EVERYWHERE)
    assert labels(page) == {shop.slug: "3", rival.slug: "2"}
    unread = {topic["key"]: topic["unread"] for topic in page.context["topics"] if topic["unread"]}
    assert unread == {"orders": 4, "team-and-imports": 1}


def test_one_shop_can_be_seen_alone_and_what_is_done_there_stays_there(both, ann, as_user):
    shop, rival = both
    browser = as_user(ann)
    page = browser.get(f"{EVERYWHERE}?shop={rival.slug}")
    assert {row.merchant_id for row in page.context["page"].rows} == {rival.pk}
    assert labels(page) == {shop.slug: "3", rival.slug: "2"}
    browser.post(f"{EVERYWHERE}mark/?shop={rival.slug}", {"do": "archive", "every": "1"})
    with every_tenant("look at both"):
        assert set(inbox_of(ann.pk).filter(merchant_id=shop.pk).values_list("state", flat=True)) == {"unread"}


def test_the_shop_of_somebody_else_is_no_choice(both, ann, cleo, as_user):
    shop, rival = both
    page = as_user(cleo).get(f"{EVERYWHERE}?shop={shop.slug}")
    assert labels(page).keys() == {rival.slug}
    assert {row.merchant_id for row in page.context["page"].rows} == {rival.pk}


def test_the_page_is_told_the_number_and_only_when_it_changed(both, ann, as_user):
    browser = as_user(ann)
    first = browser.get(f"{EVERYWHERE}count/")
    told = json.loads(first["HX-Trigger"])["inbox-count"]
    assert (told["unread"], told["topics"]) == (5, {"orders": 4, "team-and-imports": 1})
    assert browser.get(f"{EVERYWHERE}count/", headers={"If-None-Match": first["ETag"]}).status_code == 304
    assert f'hx-get="{EVERYWHERE}count/"' in browser.get(EVERYWHERE).text


def test_the_menu_of_the_account_leads_to_it(both, ann, as_user):
    assert f'href="{EVERYWHERE}"' in as_user(ann).get("/account/security/").text
