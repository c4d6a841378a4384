"""The frame around pages: who sees which menu, and error pages in the same look."""

from __future__ import annotations

import pytest
from django.http import Http404
from django.shortcuts import render
from django.urls import path

from accounts.models import Membership
from config import urls as real
from core.access import member_view, merchant_view, open_view
from core.errors import Refused
from core.tenancy import every_tenant


@merchant_view("shop.edit")
def owners_only(request):
    return render(request, "merchant.html")


@member_view
def shop_page(request):
    return render(request, "merchant.html")


@member_view
def says_no(request):
    raise Refused("closed", "The order is closed already.")


@open_view("a page for this test")
def breaks(request):
    raise RuntimeError


@open_view("a page for this test")
def gone(request):
    raise Http404


urlpatterns = [
    path("m/<slug:merchant>/", shop_page, name="merchant-home"),
    path("m/<slug:merchant>/settings/", owners_only),
    path("m/<slug:merchant>/no/", says_no),
    path("break/", breaks),
    path("gone/", gone),
    *real.urlpatterns,
]
handler500 = real.handler500

pytestmark = [pytest.mark.django_db, pytest.mark.urls("tests.config.test_frame")]


def test_a_member_sees_the_menu_entries_of_the_role(as_user, ann, ben):
    settings = 'href="/m/luming/settings/shop/"'
    assert settings in as_user(ann).get("/m/luming/").text
    assert settings not in as_user(ben).get("/m/luming/").text


def test_the_current_entry_is_marked_once(as_user, ann):
    text = as_user(ann).get("/m/luming/settings/shop/").text
    assert text.count('aria-current="page"') == 1
    assert 'href="/m/luming/settings/shop/" aria-current="page"' in text


def test_a_forbidden_page_stands_in_the_shop_and_names_the_role(as_user, ben):
    response = as_user(ben).get("/m/luming/settings/")
    assert response.status_code == 403
    assert "Fulfilment" in response.text
    assert "Luming Teaware" in response.text
    assert response["X-Request-Id"] in response.text


def test_a_stranger_gets_a_404_without_the_shops_name(as_user, cleo, shop):
    response = as_user(cleo).get("/m/luming/")
    assert response.status_code == 404
    assert "Luming" not in response.text


def test_a_refusal_says_why(as_user, ann):
    response = as_user(ann).get("/m/luming/no/")
    assert response.status_code == 422
    assert response.text.count("The order is closed already.") == 1


def test_the_page_for_a_bug_gives_the_reference(client):
    client.raise_request_exception = False
    response = client.get("/break/")
    assert response.status_code == 500
    assert response["X-Request-Id"] in response.text


def test_a_page_that_is_not_there(client):
    assert client.get("/gone/").status_code == 404
    assert client.get("/nowhere/").status_code == 404


def test_the_front_door_leads_to_the_shop_seen_last(as_user, ann, rival):
    with every_tenant("build the cast"):
        Membership.objects.create(merchant=rival, user=ann, role="analyst")
    browser = as_user(ann)
    assert browser.get("/")["Location"] == "/m/luming/"
    browser.get("/m/qingyun/")
    assert browser.get("/")["Location"] == "/m/qingyun/"
