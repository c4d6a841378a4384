"""The step that drafts a clearance: sized to stock and pace, with its forecast, adopted by nobody but a person."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest
from django.urls import reverse
from django.utils import translation

from accounts.activity.log import record
from accounts.models import Activity, Membership, Role
from analytics.lifecycle.events import ProductFellBehind
from analytics.promotions.drafting import adopt_draft
from analytics.promotions.models import Promotion, PromotionDraft
from core.actors import SYSTEM
from core.errors import Refused
from core.tenancy import tenant
from ecommerce.models import StockLevel
from notifications.models import Notification, Playbook
from notifications.playbooks.queries import version_of
from notifications.playbooks.saying import came, step_words
from tests import factories
from tests.analytics.promo_shop import TODAY, promoted_shop
from tests.notifications.playbooks_kit import outcomes, playbook, replayed, why
from tests.notifications.test_playbooks_nightly import BEHIND, switched_on
from tests.notifications.test_playbooks_steps import run_on, undo, words
from tests.queue import run_tasks

NOW = datetime(2026, 6, 15, 4, 0, tzinfo=UTC)
CLEAR = {"discount": 30, "days": 14}


@pytest.fixture(autouse=True)
def _noon(time_machine):
    time_machine.move_to(NOW, tick=False)


@pytest.fixture
def product(shop):
    """A product of two variants, each sold about nine times a day, with a past of promotions."""
    with tenant(shop):
        things, _monday = promoted_shop()
        return things[0].product


def stocked(product, units: int) -> None:
    StockLevel.objects.filter(variant__product=product).update(on_hand=units)


def behind(product, **more) -> ProductFellBehind:
    values = {"product_id": product.pk, "available": 4000, **BEHIND, "title": product.title}
    return ProductFellBehind(**{**values, **more})


def test_a_clearance_is_drafted_with_what_it_would_sell(shop, ann, product):
    with tenant(shop):
        stocked(product, 2000)
        outcome = run_on(ann, behind(product), "clear", **CLEAR)
        draft = PromotionDraft.objects.get()
        assert (outcome.state, draft.is_open, draft.depth) == ("done", True, 30.0)
        assert (draft.first_day, draft.last_day) == (TODAY + timedelta(days=7), TODAY + timedelta(days=20))
        assert draft.variants == sorted(product.variants.values_list("pk", flat=True))
        figures = outcome.detail["figures"]
        low, middle, high = draft.promise["units"]
        assert figures["units"] == [low, middle, high]
        assert low < middle < high < figures["left"] < 4000
        revenue = figures["revenue"]
        assert revenue[0] < revenue[1] < revenue[2]
        assert revenue[1] == pytest.approx(70 * middle, rel=0.03)  # of 100, 30 are taken off
        said = words(outcome)
        assert said.startswith(f"Draft “{draft.title}”: 30% off, 22 Jun – 5 Jul. About ")
        assert "units in stock are sold (most likely " in said
        assert "They bring ¥" in said
        assert came(outcome, outcome.firing.version, "luming").href == draft.get_absolute_url()
        entry = Activity.objects.get(kind="promotions.drafted")
        assert (entry.actor_id, entry.caused_by) == (ann.pk, outcome.firing.entry)
        assert not Promotion.objects.planned().exists()


def test_no_more_is_taken_off_than_sells_the_stock(shop, ann, product):
    with tenant(shop):
        stocked(product, 200)
        outcome = run_on(ann, behind(product), "clear", discount=60, days=14)
        draft = PromotionDraft.objects.get()
        assert 10 <= draft.depth < 60
        figures = outcome.detail["figures"]
        assert figures["units"][1] == figures["left"] == figures["units"][2]  # it can sell what is there, no more


@pytest.mark.parametrize(
    ("units", "said"),
    [
        (0, "Nothing of “%s” is in stock."),
        (30, "What is in stock is likely to be sold without a clearance."),  # before it would begin
        (150, "What is in stock is likely to be sold without a clearance."),  # in its days, at the usual price
    ],
)
def test_where_there_is_nothing_to_clear_nothing_is_drafted(shop, ann, product, units, said):
    with tenant(shop):
        stocked(product, units)
        outcome = run_on(ann, behind(product), "clear", **CLEAR)
        assert outcome.state == "failed"
        assert why().startswith(said.replace("%s", product.title))
        assert not PromotionDraft.objects.exists()


def test_too_short_a_past_and_a_product_off_sale_draft_nothing(shop, ann):
    with tenant(shop):
        thing = factories.VariantFactory()
        StockLevel.objects.create(warehouse=factories.WarehouseFactory(), variant=thing, on_hand=40)
        run_on(ann, behind(thing.product), "clear", **CLEAR)
        assert why().startswith("There must be at least twenty weeks of sales")
        type(thing.product).objects.filter(pk=thing.product_id).update(state="retired")
        run_on(ann, behind(thing.product), "clear", **CLEAR)
        assert why() == f"“{thing.product.title}” is not for sale."
        run_on(ann, behind(thing.product, product_id=10**6), "clear", **CLEAR)
        assert why() == "The product of this fact is gone."
        assert not PromotionDraft.objects.exists()


def test_a_draft_is_taken_back_while_nobody_adopted_it(shop, ann, product):
    with tenant(shop):
        stocked(product, 2000)
        first = run_on(ann, behind(product), "clear", **CLEAR)
        undo(first, ann)
        assert not PromotionDraft.objects.exists()
        second = run_on(ann, behind(product), "clear", **CLEAR)
        plan = adopt_draft(PromotionDraft.objects.get(), actor=SYSTEM)
        assert (plan.depth, plan.variants) == (30.0, PromotionDraft.objects.get().variants)
        with pytest.raises(Refused, match="adopted"):
            undo(second, ann)
        assert Promotion.objects.planned().get().draft == PromotionDraft.objects.get()


def test_a_person_adopts_or_deletes_it_on_its_page(as_user, shop, ann, ben, product):
    with tenant(shop):
        stocked(product, 2000)
        run_on(ann, behind(product), "clear", **CLEAR)
        draft = PromotionDraft.objects.get()
    browser = as_user(ann)
    assert draft.title in browser.get(reverse("promotion-list", args=[shop.slug])).content.decode()
    page = browser.get(draft.get_absolute_url()).content.decode()
    assert "units in stock are sold" in page
    assert "To order" not in page
    assert browser.post(reverse("promotiondraft-adopt", args=[shop.slug, draft.pk])).status_code == 302
    with tenant(shop):
        plan = Promotion.objects.planned().get()
    after = browser.get(draft.get_absolute_url()).content.decode()
    assert plan.get_absolute_url() in after
    assert "Delete draft" not in after
    assert browser.post(reverse("promotiondraft-delete", args=[shop.slug, draft.pk])).status_code == 409
    with tenant(shop):
        assert PromotionDraft.objects.exists()
        run_on(ann, behind(product), "clear", **CLEAR)
        second = PromotionDraft.objects.get(promotion=None)
    browser.post(reverse("promotiondraft-delete", args=[shop.slug, second.pk]))
    with tenant(shop):
        assert not PromotionDraft.objects.filter(promotion=None).exists()


def test_another_shop_sees_no_draft(as_user, shop, rival, ann, cleo, product):
    with tenant(shop):
        stocked(product, 2000)
        run_on(ann, behind(product), "clear", **CLEAR)
        draft = PromotionDraft.objects.get()
    browser = as_user(cleo)
    assert browser.get(reverse("promotiondraft-detail", args=[rival.slug, draft.pk])).status_code == 404
    with tenant(rival):
        run_on(cleo, behind(product), "clear", **CLEAR)
        assert why() == "The product of this fact is gone."
        assert not PromotionDraft.objects.exists()


def test_an_author_who_lost_the_right_drafts_nothing(shop, ann, product):
    with tenant(shop):
        stocked(product, 2000)
        steps = [{"step": "clear", "settings": CLEAR}]
        playbook(ann, trigger=ProductFellBehind.kind, conditions=[], steps=steps)
        role = Role.objects.create(name="Writer", permissions=["playbooks.edit", "notifications.view"])
        Membership.objects.filter(user=ann).update(custom_role=role)
        record(behind(product), actor=SYSTEM)
        run_tasks()
        assert "may no longer do this" in why()
        assert not PromotionDraft.objects.exists()


def test_the_shipped_playbook_drafts_and_gives_the_task_that_leads_there(as_user, ann, shop, product):
    browser = as_user(ann)
    switched_on(browser, shop, "falling-behind")
    with tenant(shop):
        stocked(product, 2000)
        record(behind(product), actor=SYSTEM)
        record(behind(product), actor=SYSTEM)  # within its pause
        run_tasks()
        assert outcomes() == [("clear", "done"), ("task", "done")]
        draft = PromotionDraft.objects.get()
        told = Notification.objects.get(user=ann, kind="playbook-task").params
        assert f"Draft “{draft.title}”: 30% off" in told["text"]
        assert (told["page"], told["args"]) == ("promotiondraft-detail", [draft.pk])
        made = Playbook.objects.get()
        dry = browser.get(reverse("playbook-dry-run", args=["luming", made.pk])).content.decode()
        assert "Draft a clearance of the product with its forecast: up to 30% off for 14 days" in dry
        expected, began = replayed(version_of(made), NOW + timedelta(minutes=1))
        assert expected == began == [0]


def test_what_came_of_it_reads_in_both_languages(shop, ann, product):
    with tenant(shop):
        stocked(product, 2000)
        outcome = run_on(ann, behind(product), "clear", **CLEAR)
        with translation.override("zh-hans"):
            said = words(outcome)
            assert "降价 30%，6月22日 – 7月5日。" in said
            assert "件库存中约售出" in said
            assert "%(" not in said
            assert "30%" in step_words({"step": "clear", "settings": CLEAR})
