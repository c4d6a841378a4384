"""Playbooks that staff write for all shops: made, offered, taken by a shop in its language; nobody else gets in."""

from __future__ import annotations

import pytest
from django.urls import reverse

from accounts.models import Activity
from core.errors import Refused
from core.tenancy import every_tenant, tenant
from notifications.models import Playbook, PlaybookTemplate
from notifications.playbooks import templates
from notifications.playbooks.queries import version_of
from tests import factories
from tests.notifications.playbooks_kit import TELL, draft

PAGE = "/staff/playbooks/"
NEW = f"{PAGE}new/?trigger=reviews.submitted"
WORDS = {
    "name_en": "Answer bad reviews",
    "name_zh": "回复差评",
    "purpose_en": "Support answers within a day.",
    "purpose_zh": "客服一天内回复。",
}
BUILT = {
    **WORDS,
    "cool_down": "1440",
    "limit": "5",
    "per_thing": "on",
    "c0-figure": "rating",
    "c0-op": "lte",
    "c0-value": "2",
    "s0-step": "task",
    "s0-who": "role:support",
    "s0-title": "Reply to {rating} stars",
    "s0-title_zh": "请回复 {rating} 星评价",
    "s0-text": "",
    "s0-text_zh": "",
    "s0-hours": "12",
}


@pytest.fixture(autouse=True)
def _no_second_factor(settings):
    settings.STAFF_MFA_REQUIRED = False


@pytest.fixture
def ada(db):
    return factories.UserFactory(name="Ada", email="ada@example.com", staff_role="admin", language="en")


@pytest.fixture
def staff(as_user, ada):
    return as_user(ada)


@pytest.fixture
def template(ada):
    with every_tenant("staff write for all shops"):
        step = {"step": "tell", "settings": {**TELL["settings"], "title_zh": "{rating} 星评价", "text_zh": ""}}
        return templates.write_template(None, draft(steps=[step]), WORDS, author=ada, actor=ada.actor)


@pytest.fixture
def offered(template, ada):
    with every_tenant("staff write for all shops"):
        templates.offer(template, actor=ada.actor)
    template.refresh_from_db()
    return template


def text(answer) -> str:
    return answer.content.decode()


def new_in(shop: str, template: PlaybookTemplate) -> str:
    return f"{reverse('playbook-new', args=[shop])}?template=platform:{template.pk}"


def test_staff_build_offer_and_take_off(staff):
    assert "No template yet" in text(staff.get(PAGE))
    assert "Review written" in text(staff.get(f"{PAGE}new/"))
    builder = text(staff.get(NEW))
    assert "Name in Chinese" in builder
    assert "Try it on the last 90 days" not in builder
    row = text(staff.post(NEW, {**WORDS, "do": "step", "new_step": "task"}))
    assert "In one line (English)" in row
    assert "In one line (Chinese)" in row
    assert not PlaybookTemplate.objects.exists()

    page = text(staff.post(NEW, {**BUILT, "do": "save"}, follow=True))
    made = PlaybookTemplate.objects.get()
    assert "Answer bad reviews" in page
    assert "Not offered" in page
    assert made.author.name == "Ada"
    assert made.steps[0]["settings"]["title_zh"] == "请回复 {rating} 星评价"
    assert (made.cool_down, made.limit, made.per_thing, made.is_offered) == (1440, 5, True, False)

    assert "Shops can take" in text(staff.post(f"{PAGE}{made.pk}/offer/", follow=True))
    assert "Answer bad reviews" in text(staff.get(f"{PAGE}?tab=offered&q=差评"))
    here = f"{PAGE}{made.pk}/"
    assert "请回复 {rating} 星评价" in text(staff.get(here))
    staff.post(here, {**BUILT, "name_en": "Answer reviews", "do": "save"})
    made.refresh_from_db()
    assert (made.name_en, made.is_offered) == ("Answer reviews", True)
    assert "is not offered any more" in text(staff.post(f"{here}take-off/", follow=True))
    with every_tenant("look at what was written down"):
        kinds = list(Activity.objects.filter(kind__startswith="playbooks.template").order_by("pk"))
    assert [row.kind.rpartition("_")[2] for row in kinds] == ["saved", "offered", "saved", "off"]
    assert {row.actor_label for row in kinds} == {"Ada"}


@pytest.mark.parametrize(
    ("wrong", "said"),
    [
        ({"name_zh": ""}, "invalid-feedback"),
        ({"s0-title_zh": ""}, "This field is required."),
        ({"s0-text": "Soon"}, "Write it in both languages, or in neither."),
        ({"s0-title_zh": "{nothing}"}, "This fact has no figure called {nothing}."),
        ({"s0-who": "user:1"}, "A step names something that only one shop has."),
        ({"s0-who": "own:1"}, "A step names something that only one shop has."),
        ({"s0-step": "call", "s0-channel": "1"}, "A step names something that only one shop has."),
        ({"s0-step": "adopt", "s0-scenario": "1"}, "A step names something that only one shop has."),
    ],
)
def test_what_cannot_be_a_template_is_said(staff, ann, wrong, said):
    answer = staff.post(NEW, {**BUILT, **wrong, "do": "save"})
    assert answer.status_code == 422
    assert said in text(answer)
    assert not PlaybookTemplate.objects.exists()


def test_the_builder_of_staff_names_nobody_of_a_shop(staff, ann):
    page = text(staff.post(NEW, {**BUILT, "do": "up-0"}))
    assert f"user:{ann.pk}" not in page
    for step in ("call", "adopt"):
        assert f'<option value="{step}"' not in page


@pytest.mark.parametrize(
    "step",
    [
        {"step": "call", "settings": {"channel": "1", "title": "x", "text": ""}},
        {"step": "tell", "settings": {"who": "user:1", "title": "x", "text": ""}},
    ],
)
def test_the_action_itself_refuses_what_belongs_to_one_shop(ada, step):
    with every_tenant("staff write for all shops"), pytest.raises(Refused) as refusal:
        templates.write_template(None, draft(steps=[step]), WORDS, author=ada, actor=ada.actor)
    assert refusal.value.code == "of_one_shop"


@pytest.mark.parametrize(
    ("language", "name", "title"),
    [("en", "Answer bad reviews", "A review of {rating} stars"), ("zh-hans", "回复差评", "{rating} 星评价")],
)
def test_a_shop_takes_an_offered_one_in_its_language(as_user, ann, shop, offered, language, name, title):
    ann.language = language
    ann.save()
    browser = as_user(ann)
    facts = text(browser.get(reverse("playbook-new", args=["luming"])))
    assert ("From the platform" if language == "en" else "平台提供") in facts
    assert name in facts
    builder = text(browser.get(new_in("luming", offered)))
    assert name in builder
    assert title in builder
    taken = {"name": name, "cool_down": "0", "limit": "20", "per_thing": "on", "do": "save",
             "c0-figure": "rating", "c0-op": "lte", "c0-value": "2",
             "s0-step": "tell", "s0-who": "all", "s0-title": title, "s0-text": ""}  # fmt: skip
    browser.post(new_in("luming", offered), taken)
    with tenant(shop):
        made = Playbook.objects.get()
        assert (made.name, made.template, made.is_on) == (name, f"platform:{offered.pk}", False)
        assert version_of(made).steps == [{"step": "tell", "settings": {"who": "all", "title": title, "text": ""}}]
    facts = text(browser.get(reverse("playbook-new", args=["luming"])))
    assert ("In use" if language == "en" else "使用中") in facts


def test_what_a_shop_took_stays_as_it_was(as_user, ann, shop, offered):
    taken = {"name": "Ours", "cool_down": "0", "limit": "20", "do": "save",
             "s0-step": "tell", "s0-who": "all", "s0-title": "Ours", "s0-text": ""}  # fmt: skip
    as_user(ann).post(new_in("luming", offered), taken)
    with every_tenant("staff write for all shops"):
        templates.take_off(offered, actor=offered.author.actor)
    with tenant(shop):
        assert version_of(Playbook.objects.get()).steps[0]["settings"]["title"] == "Ours"


@pytest.mark.parametrize("name", ["platform:{pk}", "platform:0", "platform:", "platform:x", "platform:²", "{pk}"])
def test_one_that_is_not_offered_is_not_found(as_user, ann, template, name):
    browser = as_user(ann)
    page = reverse("playbook-new", args=["luming"])
    assert "Answer bad reviews" not in text(browser.get(page))
    for ask in (browser.get, browser.post):
        assert ask(f"{page}?template={name.format(pk=template.pk)}").status_code == 404


def test_what_the_product_no_longer_has_is_not_offered(as_user, ann, offered, ada):
    PlaybookTemplate.objects.update(trigger="gone.fact")
    assert "Answer bad reviews" not in text(as_user(ann).get(reverse("playbook-new", args=["luming"])))
    assert as_user(ann).get(new_in("luming", offered)).status_code == 404
    PlaybookTemplate.objects.update(is_offered=False)
    with every_tenant("staff write for all shops"), pytest.raises(Refused):
        templates.offer(offered, actor=ada.actor)


def test_no_more_are_offered_than_a_shop_can_look_through(offered, ada, monkeypatch):
    monkeypatch.setattr(templates, "MOST_OFFERED", 1)
    with every_tenant("staff write for all shops"):
        second = templates.write_template(None, draft(), WORDS, author=ada, actor=ada.actor)
        with pytest.raises(Refused) as refusal:
            templates.offer(second, actor=ada.actor)
    assert refusal.value.code == "too_many_offered"


@pytest.mark.parametrize("role", ["moderator", "care"])
def test_other_staff_are_refused(as_user, db, template, role):
    browser = as_user(factories.UserFactory(name="Max", email="max@example.com", staff_role=role, language="en"))
    for path in (PAGE, f"{PAGE}new/", f"{PAGE}{template.pk}/"):
        assert browser.get(path).status_code == 403
    assert browser.post(f"{PAGE}{template.pk}/offer/").status_code == 403
    template.refresh_from_db()
    assert not template.is_offered


def test_merchants_find_no_such_pages(as_user, ann, template):
    for path in (PAGE, f"{PAGE}{template.pk}/"):
        assert as_user(ann).get(path).status_code == 404
    assert as_user(ann).post(f"{PAGE}{template.pk}/offer/").status_code == 404


def test_staff_read_it_in_chinese(as_user, ada, template):
    ada.language = "zh-hans"
    ada.save()
    browser = as_user(ada)
    page = text(browser.get(PAGE))
    for words in ("预案模板", "回复差评", "未提供"):
        assert words in page
    assert "步骤" in text(browser.get(f"{PAGE}{template.pk}/"))


def test_tags_are_checked_and_kept_in_both_languages(staff):
    address = f"{PAGE}new/?trigger=orders.placed"
    tag = {"s0-step": "tag_order", "s0-tag": "Large", "s0-tag_zh": "大单"}
    built = {**WORDS, **tag, "cool_down": "0", "limit": "20", "do": "save"}
    assert staff.post(address, {**built, "s0-tag_zh": "大单,贵"}).status_code == 422
    staff.post(address, built)
    assert PlaybookTemplate.objects.get().steps[0]["settings"] == {"tag": "Large", "tag_zh": "大单"}
