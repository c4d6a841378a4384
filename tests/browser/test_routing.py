"""Who looks after what and who is away, in a real browser; and that a look and an act are noted by it."""

from __future__ import annotations

from datetime import timedelta

import pytest
from playwright.sync_api import Page, expect

from accounts.models import Membership
from core.tenancy import tenant
from notifications.inbox.actions import tell
from notifications.inbox.models import Notification
from notifications.routing.actions import look_after, set_absence
from notifications.routing.models import Care
from tests import factories
from tests.browser.conftest import axe, shots

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]

TEAM = "/m/luming/settings/team/"
LATE = {"count": 1, "number": "10001", "due": "2026-06-05T10:00:00+00:00"}


@pytest.fixture
def cast(shop, ann, ben, settings):
    settings.DEMO, settings.EMAIL_URL = True, ""
    with tenant(shop):
        anns, bens = (Membership.objects.get(user=user) for user in (ann, ben))
        hall = factories.WarehouseFactory(name="Hall 2", code="H2")
        factories.SupplierFactory(name="Hall of Kilns")
        factories.ProductFactory(title="Jade gaiwan, hall edition")
        look_after(bens, "warehouse", hall, actor=ann.actor)
        today = shop.today()
        set_absence(bens, deputy=anns, first_day=today, last_day=today + timedelta(days=6), actor=ben.actor)


@pytest.mark.parametrize("page", ["care/", "care/new/?q=hall", "away/", "away/new/", ""])
def test_the_pages_in_every_look(sign_in, ann, cast, page):
    shots(sign_in(ann), f"{TEAM}{page}", f"routing-{page.replace('/', '-').split('?')[0] or 'team'}", ann)


def test_things_are_found_while_one_types_and_what_is_ticked_stays(sign_in, shop, ann, cast):
    page: Page = sign_in(ann)
    page.goto(f"{TEAM}care/new/")
    page.get_by_label("Hall 2").check()
    page.get_by_label("Search for things to look after").press_sequentially("jade")
    page.get_by_label("Jade gaiwan").check()
    expect(page.get_by_label("Hall of Kilns")).to_have_count(0)
    expect(page.get_by_label("Hall 2")).to_be_checked()
    axe(page)
    page.get_by_role("button", name="Save").click()
    expect(page.get_by_text("2 things more for Ann")).to_be_visible()
    with tenant(shop):
        assert Care.objects.filter(member__user=ann).count() == 2


def test_opening_the_dialog_and_following_the_action_are_noted(sign_in, shop, ann, cast):
    with tenant(shop):
        tell("order-to-ship", key="a", params={**LATE, "late": 0})
    page: Page = sign_in(ann)
    page.goto("/m/luming/inbox/")
    with page.expect_response(lambda answer: answer.url.endswith("/do/")):
        page.locator("[data-details]").first.click()
    assert note(shop, ann).opened_at is not None
    assert note(shop, ann).acted_at is None
    with page.expect_request(lambda request: request.url.endswith("/do/") and "follow" in (request.post_data or "")):
        page.get_by_role("dialog").get_by_role("link", name="Ship orders").click()
    page.wait_for_url("**/orders/**")
    page.goto("/m/luming/inbox/")
    assert note(shop, ann).acted_at is not None


def note(shop, user) -> Notification:
    with tenant(shop):
        return Notification.objects.get(user=user, kind="order-to-ship")
