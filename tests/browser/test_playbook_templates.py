"""Templates of staff: built in place, and their pages and the shop's at every width and in every look."""

from __future__ import annotations

import pytest
from django.urls import reverse

from core.tenancy import every_tenant
from notifications.models import PlaybookTemplate
from notifications.playbooks import templates
from tests import factories
from tests.browser.conftest import shots
from tests.notifications.playbooks_kit import TELL, draft
from tests.notifications.test_playbook_templates import WORDS

pytestmark = pytest.mark.browser


@pytest.fixture
def ada(db, settings):
    settings.STAFF_MFA_REQUIRED = False
    return factories.UserFactory(name="Ada", email="ada@example.com", staff_role="admin")


@pytest.fixture
def offered(ada) -> PlaybookTemplate:
    step = {"step": "tell", "settings": {**TELL["settings"], "title_zh": "{rating} 星评价", "text_zh": ""}}
    with every_tenant("staff write for all shops"):
        made = templates.write_template(None, draft(steps=[step]), WORDS, author=ada, actor=ada.actor)
        templates.offer(made, actor=ada.actor)
    return made


def test_a_template_is_built_and_offered(sign_in, ada):
    page = sign_in(ada)
    page.goto(reverse("staff-playbook-template-new"))
    page.get_by_role("link", name="Review written, or published after a check", exact=True).click()
    page.get_by_label("Name in English").fill("Answer bad reviews")
    page.get_by_label("Name in Chinese").fill("回复差评")
    page.get_by_label("What it is for, in English").fill("Support answers within a day.")
    page.get_by_label("What it is for, in Chinese").fill("客服一天内回复。")
    page.get_by_role("button", name="Add a step").click()
    page.get_by_label("In one line (English)").fill("{rating} stars")
    page.get_by_label("In one line (Chinese)").fill("{rating} 星")
    page.get_by_role("button", name="Save").last.click()
    page.get_by_role("button", name="Offer Answer bad reviews").click()
    page.get_by_role("button", name="Take off Answer bad reviews").wait_for()
    assert PlaybookTemplate.objects.get().is_offered


def test_the_pages_hold_in_every_look(sign_in, ada, offered):
    page = sign_in(ada)
    shots(page, reverse("staff-playbook-templates"), "template-list", ada)
    shots(page, reverse("staff-playbook-template-edit", args=[offered.pk]), "template-builder", ada)


def test_the_shop_sees_it(sign_in, ann, offered):
    page = sign_in(ann)
    shots(page, reverse("playbook-new", args=["luming"]), "template-in-the-shop", ann)
