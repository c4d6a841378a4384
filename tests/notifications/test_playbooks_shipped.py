"""Every shipped playbook can be taken as it is, says its words in both languages and does what it is for."""

from __future__ import annotations

from collections import Counter
from dataclasses import replace

import pytest
from django.urls import reverse
from django.utils import translation

from accounts.activity.log import record
from accounts.models import Membership, Role
from analytics.forecasts.events import SurgeExpected
from core.actors import SYSTEM
from core.tenancy import tenant
from ecommerce.complaints.events import ComplaintDueSoon
from notifications.models import Notification, Playbook
from notifications.playbooks import views
from notifications.playbooks.forms import Builder, shipped_as
from notifications.playbooks.queries import version_of
from notifications.playbooks.shipped import SHIPPED, shipped
from notifications.playbooks.steps import STEPS
from notifications.playbooks.steps.base import OUTCOME, fits, places
from tests.notifications.playbooks_kit import OWNER, outcomes, review
from tests.queue import run_tasks


def posted(one) -> dict[str, str]:
    """What the builder posts when a shipped one is saved as it is."""
    raw = shipped_as(one)
    data = {name: str(value) for name, value in raw.head.items() if value is not False} | {"do": "save"}
    for index, row in enumerate(raw.conditions):
        data |= {f"c{index}-{name}": str(value) for name, value in row.items()}
    for index, (name, settings) in enumerate(raw.steps):
        data[f"s{index}-step"] = name
        data |= {f"s{index}-{key}": str(value) for key, value in settings.items()}
    return data


def take(browser, name: str):
    address = f"{reverse('playbook-new', args=['luming'])}?template={name}"
    return browser.post(address, posted(shipped(name)), follow=True)


@pytest.mark.parametrize("one", SHIPPED, ids=lambda one: one.name)
@pytest.mark.parametrize("language", ["en", "zh-hans"])
def test_it_is_valid_in_both_languages(scope, one, language):
    with translation.override(language):
        raw = shipped_as(one)
        builder = Builder(one.trigger, raw, held=OWNER, is_bound=True)
        assert builder.is_valid(), [form.errors for form in builder.forms if form.errors]
        texts = [str(one.label), str(one.purpose)]
        texts += [text for _name, settings in raw.steps for key in ("title", "text") if (text := settings.get(key))]
    figures = {figure.name for figure in one.trigger.figures}
    for text in texts:
        assert set(places(text)) <= figures | {OUTCOME}
        assert (language == "en") == text.isascii() or "’" in text or "–" in text
    assert all(fits(STEPS[step.name], one.trigger) for step in one.steps)


def test_names_are_used_once():
    assert len({one.name for one in SHIPPED}) == len(SHIPPED)


def test_taken_ones_are_marked_and_begin_off(as_user, ann, shop):
    browser = as_user(ann)
    page = browser.get(reverse("playbook-new", args=["luming"])).content.decode()
    assert page.count("template=") == len(SHIPPED)
    assert "In use" not in page
    prefilled = browser.get(f"{reverse('playbook-new', args=['luming'])}?template=bad-review").content.decode()
    assert "Reply to a review with {rating} of 5 stars" in prefilled
    take(browser, "bad-review")
    with tenant(shop):
        made = Playbook.objects.get()
        assert (made.template, made.is_on, made.name) == ("bad-review", False, "Reply to a bad review")
        assert version_of(made).author == ann
    assert "In use" in browser.get(reverse("playbook-new", args=["luming"])).content.decode()


def test_one_that_begins_on_is_on_when_it_is_saved(as_user, ann, shop, monkeypatch):
    monkeypatch.setattr(views, "shipped", lambda name: replace(shipped(name), on=True) if name else None)
    take(as_user(ann), "bad-review")
    with tenant(shop):
        assert Playbook.objects.get().is_on


def test_who_lacks_a_right_for_a_step_is_told_so(as_user, ann, shop):
    with tenant(shop):
        words = ["playbooks.view", "playbooks.edit", "notifications.view"]
        role = Role.objects.create(name="Writer", permissions=words)
        Membership.objects.filter(user=ann).update(custom_role=role)
    answer = take(as_user(ann), "surge")
    assert answer.status_code == 422
    assert "Draft, send and cancel purchase orders" in answer.content.decode()


def test_a_surge_a_bad_review_and_a_complaint_near_its_limit(as_user, ann, shop):
    browser = as_user(ann)
    for name in ("surge", "bad-review", "complaint-due"):
        take(browser, name)
    with tenant(shop):
        for made in Playbook.objects.all():
            browser.post(reverse("playbook-switch", args=["luming", made.pk]), {"on": "1"})
        outlook = {"run_id": 1, "first_day": "2026-12-01", "last_day": "2026-12-14", "currency": "CNY"}
        record(SurgeExpected(usual=100.0, low=120.0, middle=150.0, high=180.0, **outlook), actor=SYSTEM)
        record(SurgeExpected(usual=100.0, low=101.0, middle=110.0, high=120.0, **outlook), actor=SYSTEM)
        record(review(1), actor=SYSTEM)
        record(replace(review(1), state="held"), actor=SYSTEM)  # nobody can reply to that one
        record(
            ComplaintDueSoon(complaint_id=1, number="C-7", topic="damaged", state="opened", due_at="2026-12-01"),
            actor=SYSTEM,
        )
        run_tasks()
        did = {("purchase", "failed"): 1, ("tell", "done"): 2, ("task", "done"): 2}  # no forecast, nothing to order
        assert Counter(outcomes()) == did
        titles = set(Notification.objects.filter(user=ann, kind__startswith="playbook").values_list("text", flat=True))
        assert any("Plan more people for packing: sales 50% above what is usual" in text for text in titles)
        assert any("Reply to a review with 1 of 5 stars" in text for text in titles)
        assert any("Complaint C-7 is due soon" in text for text in titles)
        assert any("Arrived damaged." in text for text in titles)
