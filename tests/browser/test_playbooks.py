"""The builder adds and takes out rows in place, and its pages hold at every width and in every look."""

from __future__ import annotations

import pytest
from django.urls import reverse

from accounts.activity.log import record
from core.actors import SYSTEM
from core.tenancy import tenant
from notifications.models import Playbook
from notifications.playbooks import live
from tests.browser.conftest import shots
from tests.notifications.playbooks_kit import TASK, TELL, playbook, review

pytestmark = pytest.mark.browser


def test_a_playbook_is_built_in_place(sign_in, ann, shop):
    page = sign_in(ann)
    page.goto(reverse("playbook-new", args=["luming"]))
    page.get_by_role("link", name="Review written, or published after a check", exact=True).click()
    page.get_by_label("Name").fill("Bad reviews")
    page.get_by_label("Figure").select_option("rating")
    page.get_by_role("button", name="Add a condition").click()
    page.get_by_label("Comparison").select_option("lte")
    page.get_by_label("Value").fill("2")
    page.get_by_role("button", name="Add a step").click()
    page.get_by_label("In one line").fill("{rating} stars")
    page.get_by_role("button", name="Add a step").click()
    page.get_by_label("In one line").nth(1).wait_for()
    assert page.get_by_label("Name").input_value() == "Bad reviews"
    page.get_by_role("button", name="Take this step out 2.").click()
    page.get_by_label("In one line").nth(1).wait_for(state="detached")
    page.get_by_label("In one line").press("Enter")
    page.get_by_role("heading", name="Bad reviews", exact=True).wait_for()
    with tenant(shop):
        assert Playbook.objects.get().name == "Bad reviews"


def test_the_pages_hold_in_every_look(sign_in, ann, shop):
    page = sign_in(ann)
    with tenant(shop):
        made = playbook(ann, steps=[TELL, TASK], name="Bad reviews go to the owner")
        for stars in (1, 2, 5):
            record(review(stars, stars), actor=SYSTEM)
        live.look(made.pk)
        firing = made.firings.first()
        live.take_steps(firing.pk)
    for name, address in {
        "playbooks": reverse("playbook-list", args=["luming"]),
        "playbook": reverse("playbook-detail", args=["luming", made.pk]),
        "playbook-builder": reverse("playbook-edit", args=["luming", made.pk]),
        "playbook-dry-run": reverse("playbook-dry-run", args=["luming", made.pk]),
        "playbook-facts": reverse("playbook-new", args=["luming"]),
        "playbook-run": reverse("firing-detail", args=["luming", firing.pk]),
        "playbook-runs": reverse("firing-list", args=["luming"]),
    }.items():
        shots(page, address, name, ann)
