"""Every address x every role x another merchant's objects.

The addresses come from the URLconf, the objects from the models, the expectations from the policies: a new page is
tried from its first day. Strangers get 404, visitors the sign-in page, members without the word 403, nobody a 5xx.
"""

from __future__ import annotations

import logging

import pytest
from django.core.cache import cache

from config.roles import MERCHANT_ROLES
from core import roles
from core.crossings import crossings
from core.tenancy import every_tenant
from tests.architecture.browser import Answer, ask, client_of
from tests.architecture.endpoints import Endpoint, endpoints
from tests.architecture.house import none_of
from tests.architecture.world import World, build_staff, build_world, fingerprint

# Addresses open to all members where only those with this word find the row of the world: start of the name -> word.
FOUND_WITH: dict[str, str] = {
    "batch-": "orders.confirm",
    "absence-edit": "notifications.route",
    "absence-remove": "notifications.route",
    "care-remove": "notifications.route",
}

# Addresses where even the owner finds nothing, with the reason.
VACANT: dict[str, str] = {
    "import-bad-rows": "the file is written by an import that found bad rows",
    "count-again": "the line is named in the form; see tests/ecommerce/test_inventory_counts.py",
    "image-file": "the picture is a file that an upload writes; see tests/ecommerce/test_catalog_images.py",
    "trackingupload-progress": "the job of the world is of another task",
    "return-photo": "the picture is a file that an upload writes; see tests/ecommerce/test_returns_photos.py",
    "view-restore": "only a deleted view can be restored; see tests/accounts/test_saved_views.py",
    "mail-lift": "the address of the world's mail is not blocked; see tests/notifications/test_mail_suppressions.py",
    "notification-detail": "a notification is one reader's own, whatever the role; see tests/notifications",
    "notification-mute": "the kind is named in the form; see tests/notifications/test_usefulness.py",
    "notification-do": "a notification is one reader's own, whatever the role; see tests/notifications",
    "staff-absence-edit": "not every role sets the days of a colleague; see tests/notifications/test_staff_triage.py",
    "staff-absence-remove": "as above",
    "staff-notice": "a notice is one reader's own; see tests/notifications/test_staffbox.py",
    "staff-notice-do": "a notice is one reader's own; see tests/notifications/test_staffbox.py",
    "share-export": "a share is shown only where five others sell in the market",
    "share-progress": "the job of the world is of another task; see tests/analytics/test_markets_pages.py",
}

# Pages whose GET writes, with the reason. Everything else reads only.
GET_WRITES: dict[str, str] = {
    "account_reset_password_from_key": "allauth notes the address of an account that was made without one",
    "staff-complaint": "that staff read personal data is noted",
    "staff-complaints": "that staff read personal data is noted",
    "staff-review": "that staff read personal data is noted",
    "staff-reviews": "that staff read personal data is noted",
}

# Open pages that show a shop's own words to whoever holds the link, with the reason.
SHOWN_BY_LINK: dict[str, str] = {}

# Arguments that choose a view of a page rather than an object.
WORDS = {
    "merchant", "format", "kind", "tab", "section", "step", "channel", "state", "horizon", "purpose", "report",
    "sender", "letter", "language",
}  # fmt: skip

# Roles tried on every change; the others are tried in the slow tests.
QUICK = {"owner", "fulfilment"}


def _roles() -> list[object]:
    return [role if role in QUICK else pytest.param(role, marks=pytest.mark.slow) for role in MERCHANT_ROLES]


@pytest.fixture(autouse=True)
def _settings(settings):
    settings.STAFF_MFA_REQUIRED = False
    cache.clear()
    logging.disable(logging.CRITICAL)  # the refusals are meant, and the tests say which were not
    yield
    logging.disable(logging.NOTSET)


@pytest.fixture
def ours() -> list[Endpoint]:
    return [endpoint for endpoint in endpoints() if endpoint.policy and not endpoint.is_api]


def said(endpoint: Endpoint, method: str, answer: Answer, wanted: str) -> str:
    return f"{endpoint.name} {method} answered {answer}, wanted {wanted}"


def everything_of(world: World) -> dict[str, object]:
    """A form that names every object of a shop in every way that comes to mind."""
    form: dict[str, object] = {"ids": [], "selected": [], "pk": [], "row": [], "next": "/"}
    for row in world.rows.values():
        name = row._meta.model_name or ""
        form[name] = form[f"{name}_id"] = form[f"{name}s"] = row.pk
        for every in ("ids", "selected", "pk", "row") if isinstance(row.pk, int) else ():
            form[every].append(row.pk)  # type: ignore[attr-defined]
    return form


@pytest.mark.django_db
@pytest.mark.parametrize("role", _roles())
def test_a_member_gets_what_the_role_allows(ours, role):
    a = build_world("A")
    client = client_of(a.people[role])
    wrong = []
    for endpoint in ours:
        if not endpoint.is_tenants:
            continue
        allowed = endpoint.policy == "member" or endpoint.policy in roles.of_merchant(role)
        hidden = any(
            endpoint.name.startswith(start) and word not in roles.of_merchant(role)
            for start, word in FOUND_WITH.items()
        )
        answers = {method: ask(client, method, endpoint.url(a)) for method in ("GET", "POST")}
        for method, answer in answers.items():
            if not allowed and answer.status != 403:
                wrong.append(said(endpoint, method, answer, f"403 for lack of {endpoint.policy}"))
            elif allowed and (answer.failed or (answer.status == 403 and (method == "GET" or role == "owner"))):
                wrong.append(said(endpoint, method, answer, "a page"))
        if (
            allowed
            and not hidden
            and endpoint.name not in VACANT
            and {answer.status for answer in answers.values()} <= {404, 405}
        ):
            wrong.append(f"{endpoint.name}: nothing is at {endpoint.url(a)}; mend VALUES or give a reason in VACANT")
        if allowed and role == "owner" and answers["GET"].written and endpoint.name not in GET_WRITES:
            wrong.append(f"{endpoint.name}: GET writes to {sorted(answers['GET'].written)}")
    none_of(wrong)


@pytest.mark.django_db
def test_a_stranger_finds_nothing_and_changes_nothing(ours):
    """The owner of another shop, and platform staff, at every address of this one."""
    a, b = build_world("A"), build_world("B", everything=False)
    staff = build_staff()
    before = fingerprint(a.merchant)
    wrong = []
    for name, person in {"the owner of B": b.people["owner"], "a moderator": staff["moderator"]}.items():
        client = client_of(person)
        for endpoint in ours:
            if not endpoint.is_tenants or endpoint.policy.startswith("open"):
                continue
            for method in ("GET", "POST"):
                answer = ask(client, method, endpoint.url(a), {} if method == "GET" else everything_of(a), keep=True)
                if answer.status != 404:
                    wrong.append(said(endpoint, method, answer, f"404 for {name}"))
                if a.canary.lower() in answer.text.lower():
                    wrong.append(f"{endpoint.name} {method} shows {name} the words of A")
    none_of(wrong)
    assert fingerprint(a.merchant) == before


@pytest.mark.django_db
def test_objects_of_another_shop_are_not_found_below_ones_own(ours):
    """B's owner puts A's ids and numbers into the addresses of B, and into the forms that B may post."""
    a, b = build_world("A"), build_world("B")
    client = client_of(b.people["owner"])
    wrong = []
    before = fingerprint(a.merchant)
    for endpoint in ours:
        if not endpoint.is_tenants:
            continue
        names_an_object = bool(set(endpoint.arguments) - WORDS)
        for method in ("GET", "POST"):
            form = {} if method == "GET" else everything_of(a)
            answer = ask(client, method, endpoint.url(a, merchant=b.merchant.slug), form)
            if names_an_object and answer.status not in (404, 405):
                wrong.append(said(endpoint, method, answer, "404 for an object of A at an address of B"))
            elif answer.failed:
                wrong.append(said(endpoint, method, answer, "a page"))
            if a.canary.lower() in answer.text.lower():
                wrong.append(f"{endpoint.name} {method} below B shows the words of A")
            own = ask(client, method, endpoint.url(b), form, keep=True)
            if own.failed:
                wrong.append(said(endpoint, method, own, "a page, when B posts ids of A's objects"))
            if a.canary.lower() in own.text.lower():
                wrong.append(f"{endpoint.name} {method} of B shows the words of A when given ids of A's objects")
            if method == "POST" and own.written and fingerprint(a.merchant) != before:
                wrong.append(f"{endpoint.name} {method} of B changed rows of A when given ids of A's objects")
                before = fingerprint(a.merchant)
    wrong.extend(f"after the posts of B: {crossing}" for crossing in crossings())
    none_of(wrong)


@pytest.mark.django_db
def test_a_visitor_is_sent_to_sign_in(ours):
    a = build_world("A")
    client = client_of(None)
    wrong = []
    for endpoint in ours:
        for method in ("GET", "POST"):
            answer = ask(client, method, endpoint.url(a))
            if endpoint.policy.startswith("open"):
                if answer.failed:
                    wrong.append(said(endpoint, method, answer, "a page"))
                if a.canary.lower() in answer.text.lower() and endpoint.name not in SHOWN_BY_LINK:
                    wrong.append(f"{endpoint.name} {method} shows a visitor the words of A")
            elif not answer.asks_to_sign_in:
                wrong.append(said(endpoint, method, answer, "the sign-in page"))
    none_of(wrong)


@pytest.mark.django_db
def test_pages_of_the_platform_are_for_its_staff(ours):
    """404 for merchants, 403 for staff without the word, a page for staff with it."""
    a = build_world("A")
    staff = build_staff()
    owner = client_of(a.people["owner"])
    wrong = []
    pages = [endpoint for endpoint in ours if endpoint.policy.startswith("staff: ")]
    for endpoint in pages:
        word = endpoint.policy.removeprefix("staff: ")
        for method in ("GET", "POST"):
            answer = ask(owner, method, endpoint.url(a))
            if answer.status != 404:
                wrong.append(said(endpoint, method, answer, "404 for a merchant"))
        for role, person in staff.items():
            answers = {method: ask(client_of(person), method, endpoint.url(a)) for method in ("GET", "POST")}
            for method, answer in answers.items():
                if word not in roles.of_staff(role) and answer.status != 403:
                    wrong.append(said(endpoint, method, answer, f"403 for {role}, who lacks {word}"))
                elif word in roles.of_staff(role) and (answer.failed or answer.status == 403):
                    wrong.append(said(endpoint, method, answer, f"a page for {role}"))
            statuses = {answer.status for answer in answers.values()}
            if word in roles.of_staff(role) and statuses <= {404, 405} and endpoint.name not in VACANT:
                wrong.append(
                    f"{endpoint.name}: nothing is at {endpoint.url(a)}; mend VALUES or give a reason in VACANT"
                )
            if answers["GET"].written and endpoint.name not in GET_WRITES:
                wrong.append(f"{endpoint.name}: GET writes to {sorted(answers['GET'].written)}")
    none_of(wrong)


@pytest.mark.django_db
def test_pages_of_a_person_show_nothing_of_others(ours):
    """Account pages, called with ids of another person's things."""
    a, b = build_world("A"), build_world("B", everything=False)
    client = client_of(b.people["owner"])
    before = fingerprint(a.merchant)
    wrong = []
    for endpoint in ours:
        if endpoint.policy != "account" and not endpoint.policy.startswith("open"):
            continue
        for method in ("GET", "POST"):
            answer = ask(client, method, endpoint.url(a), {} if method == "GET" else everything_of(a))
            if answer.failed or answer.status == 403:
                wrong.append(said(endpoint, method, answer, "a page or 404"))
            if a.canary.lower() in answer.text.lower() and endpoint.name not in SHOWN_BY_LINK:
                wrong.append(f"{endpoint.name} {method} shows the words of A to the owner of B")
            if method == "GET" and answer.written and endpoint.name not in GET_WRITES:
                wrong.append(f"{endpoint.name}: GET writes to {sorted(answer.written)}")
    none_of(wrong)
    assert fingerprint(a.merchant) == before


@pytest.mark.django_db
def test_views_of_other_people_let_nobody_in():
    """The Django admin and its like, for everyone who is not a superuser."""
    a = build_world("A", everything=False)
    wrong = []
    for person in (None, a.people["owner"]):
        client = client_of(person)
        for endpoint in endpoints():
            if endpoint.foreign and endpoint.name and not endpoint.policy:
                answer = ask(client, "GET", endpoint.url(a))
                if (
                    answer.status not in (302, 403, 404)
                    and "login" not in endpoint.name
                    and "jsi18n" not in endpoint.name
                ):
                    wrong.append(said(endpoint, "GET", answer, "sign-in, 403 or 404"))
    none_of(wrong)


@pytest.mark.django_db
def test_no_row_points_into_another_shop():
    """The worlds themselves are sound, so that what the other tests find is the product's doing."""
    a, b = build_world("A"), build_world("B")
    with every_tenant("compare two shops"):
        for label, row in a.rows.items():
            if hasattr(row, "merchant_id"):
                assert row.merchant_id == a.merchant.pk, label
                assert b.rows[label].pk != row.pk
