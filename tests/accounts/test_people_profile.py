"""Profile, theme and language: kept for the person, and for a visitor in the browser."""

from __future__ import annotations

import pytest

FORM = {"name": "Ann Lin", "language": "zh-hans", "time_zone": "Asia/Tokyo", "theme": "dark"}


def test_the_profile_is_saved(as_user, ann):
    client = as_user(ann)

    response = client.post("/account/", FORM)

    assert response["Location"] == "/account/"
    ann.refresh_from_db()
    kept = (ann.name, ann.language, ann.time_zone, ann.theme, ann.shortcuts)
    assert kept == ("Ann Lin", "zh-hans", "Asia/Tokyo", "dark", False)
    assert "个人资料" in client.get("/account/").content.decode()


@pytest.mark.parametrize("wrong", [{"time_zone": "Mars/Olympus"}, {"language": "xx"}, {"name": ""}, {"theme": "pink"}])
def test_nonsense_changes_nothing(as_user, ann, wrong):
    response = as_user(ann).post("/account/", FORM | wrong)

    assert response.status_code == 422
    ann.refresh_from_db()
    assert (ann.name, ann.language) == ("Ann", "en")


def test_the_theme_is_kept_without_leaving_the_page(as_user, ann):
    client = as_user(ann)

    assert client.post("/account/theme/", {"theme": "dark"}, headers={"HX-Request": "true"}).status_code == 204
    assert client.post("/account/theme/", {"theme": "pink", "next": "/shops/"})["Location"] == "/shops/"
    ann.refresh_from_db()
    assert ann.theme == "auto"


def test_the_language_is_kept_and_the_page_stays(as_user, ann):
    response = as_user(ann).post("/account/language/", {"language": "zh-hans", "next": "/shops/"})

    assert response["Location"] == "/shops/"
    ann.refresh_from_db()
    assert ann.language == "zh-hans"


def test_a_visitor_chooses_the_language_too(client, db):
    client.post("/account/language/", {"language": "zh-hans", "next": "/account/sign-in/"})

    assert "登录" in client.get("/account/sign-in/").content.decode()


def test_the_language_switch_leads_nowhere_else(client, db):
    response = client.post("/account/language/", {"language": "en", "next": "https://evil.example/"})

    assert response["Location"] == "/"
    assert client.post("/account/language/", {"language": "xx"}).cookies.get("language") is None


def test_pages_of_a_person_need_a_sign_in(client, db):
    for address in ("/account/", "/account/security/", "/account/sessions/", "/shops/", "/account/password/"):
        assert client.get(address)["Location"].startswith("/account/sign-in/?next=")
