"""Every page of the product in Chromium: no console error, no violation of the CSP, nothing that axe finds, no sideways
scrolling; on a wide dark English screen and on a light Chinese phone.

The pages come from the URLconf and the objects from the models, as in tests/architecture.
"""

from __future__ import annotations

import pytest
from django.test import Client

from accounts.models import User
from tests.architecture.endpoints import Endpoint, endpoints
from tests.architecture.world import World, build_staff, build_world
from tests.browser.conftest import Flying, axe_faults, too_wide, wish

pytestmark = [pytest.mark.browser]

# Addresses that end the session, and so the tour.
ENDS = {"account_logout"}
LOOKS = (("en", "dark", 1440), ("zh-hans", "light", 390))


@pytest.fixture(autouse=True)
def _no_second_factor(settings):
    settings.STAFF_MFA_REQUIRED = False


def pages(client: Client, world: World, chosen: list[Endpoint]) -> list[tuple[str, str]]:
    """The addresses that answer this person's GET with a page, by URL name; a page that breaks is one, too."""
    client.raise_request_exception = False
    found = []
    for endpoint in chosen:
        if endpoint.is_api or not endpoint.policy or endpoint.name in ENDS:
            continue
        address = endpoint.url(world)
        answer = client.get(address)
        shows = answer.status_code == 200 or answer.status_code >= 500
        is_html = answer.headers.get("Content-Type", "").startswith("text/html")
        if "sandbox" in answer.headers.get("Content-Security-Policy", ""):
            continue  # what a page shows in a frame; no script runs there, not even that of the tests
        if shows and is_html and b"<html" in answer.content:
            found.append((endpoint.name, address))
    return found


def tour(window, client: Client, person: User | None, addresses: list[tuple[str, str]]) -> list[str]:
    """What is wrong with the pages, by URL name."""
    faults = []
    flying = Flying(window)
    for language, theme, width in LOOKS:
        wish(window, person, language, theme)
        window.set_viewport_size({"width": width, "height": 900})
        for name, address in addresses:
            window.watch.faults.clear()
            flying.count = 0
            window.goto(address)
            flying.land()
            found = [*axe_faults(window), *window.watch.faults]
            if pixels := too_wide(window):
                found.append(f"{pixels} px too wide")
            faults += [f"{name} ({language}, {width}): {fault}" for fault in found]
            window.watch.faults.clear()
    return faults


def of(policy: str) -> list[Endpoint]:
    """Endpoints whose policy begins so; "" for those of a merchant."""
    if not policy:
        return [endpoint for endpoint in endpoints() if endpoint.is_tenants]
    return [endpoint for endpoint in endpoints() if not endpoint.is_tenants and endpoint.policy.startswith(policy)]


def test_pages_of_a_shop(sign_in, client, transactional_db):
    world = build_world("A")
    owner = world.people["owner"]
    window = sign_in(owner)
    addresses = pages(client, world, of(""))
    assert addresses
    faults = tour(window, client, owner, addresses)
    assert faults == [], "\n".join(faults)


def test_pages_of_a_person(sign_in, client, transactional_db):
    world = build_world("A")
    owner = world.people["owner"]
    window = sign_in(owner)
    faults = tour(window, client, owner, pages(client, world, of("account")))
    assert faults == [], "\n".join(faults)


def test_pages_of_the_staff(sign_in, client, transactional_db):
    world = build_world("A")
    admin = build_staff()["admin"]
    window = sign_in(admin)
    faults = tour(window, client, admin, pages(client, world, of("staff")))
    assert faults == [], "\n".join(faults)


def test_pages_before_the_sign_in(window, client, transactional_db):
    world = build_world("A")
    faults = tour(window, client, None, pages(client, world, of("open")))
    assert faults == [], "\n".join(faults)
