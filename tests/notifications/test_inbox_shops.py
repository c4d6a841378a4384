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


def test_many_of_a_kind_at_one_shop_open_those_of_that_shop_alone(both, ann, as_user):
    shop, _rival = both
    browser = as_user(ann)
    assert f'href="?group=order-late&amp;shop={shop.slug}"' in browser.get(EVERYWHERE).content.decode()
    page = browser.get(f"{EVERYWHERE}?group=order-late&shop={shop.slug}")
    assert {row.merchant_id for row in page.context["page"].rows} == {shop.pk}


def test_what_can_be_done_with_one_here_is_what_can_be_done_with_it_at_its_shop(both, ann, ben, as_user):
    shop, _rival = both
    browser = as_user(ann)
    with tenant(shop):
        row = inbox_of(ann.pk).get(key="a")
    here = f"/m/{shop.slug}/inbox/{row.pk}/"
    assert f'hx-get="{here}"' in browser.get(EVERYWHERE).content.decode()
    dialog = browser.get(here, headers={"HX-Request": "true", "HX-Target": "note-body"}).content.decode()
    for words in ("For three hours", "Pass on", "No more of this kind", "Ben"):
        assert words in dialog
    answer = browser.post(f"{here}do/", {"do": "snooze-hours"}, headers={"HX-Request": "true"})
    assert "inbox-undone" in answer["HX-Trigger"], "the list over all shops is drawn anew"
    assert f'data-note="{row.pk}"' not in browser.get(EVERYWHERE).content.decode()
    assert f'data-note="{row.pk}"' in browser.get(f"{EVERYWHERE}?tab=snoozed").content.decode()


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
