"""People whose mailbox is proven, and a browser that has not signed in yet."""

from __future__ import annotations

import pytest
from allauth.account.models import EmailAddress
from django.core.cache import cache
from django.test import Client

from accounts.models import User

PASSWORD = "correct horse battery"


@pytest.fixture(autouse=True)
def _fresh_counts():
    cache.clear()


@pytest.fixture
def confirmed():
    """`confirmed(ann)` proves Ann's mailbox, so that she can sign in by the form."""

    def prove(user: User) -> User:
        EmailAddress.objects.update_or_create(user=user, email=user.email, defaults={"verified": True, "primary": True})
        return user

    return prove


@pytest.fixture
def browser():
    """A second browser, signed out."""
    return Client(HTTP_USER_AGENT="Mozilla/5.0 (X11; Linux x86_64; rv:140.0) Gecko/20100101 Firefox/140.0")


def sign_in(client: Client, user: User, password: str = PASSWORD, **more: str):
    return client.post("/account/sign-in/", {"login": user.email, "password": password, **more})
