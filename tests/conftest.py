"""The cast: Ann owns shop A, Ben does fulfilment at A, Cleo owns shop B, Mo moderates. Money and time are fixed."""

from __future__ import annotations

import pytest
from django.conf import settings as django_settings
from django.db.backends.signals import connection_created
from django.utils import translation

from accounts.models import Membership, Merchant, User
from core.messages import compile_all
from core.tenancy import every_tenant, tenant
from tests import factories, migrated


def pytest_configure(config: pytest.Config) -> None:
    """Pages are tested in Chinese too: bring the compiled catalogues up to date, once for all workers."""
    if not hasattr(config, "workerinput"):
        compile_all(django_settings.BASE_DIR)


@pytest.fixture(scope="session")
def django_db_modify_db_settings(django_db_modify_db_settings):
    """Called before the test database is made, which is then a copy of a migrated one."""
    connection_created.connect(migrated.fill)


@pytest.fixture(scope="session")
def django_db_setup(django_db_setup, django_db_blocker):
    """The test database: kept for the next run where it had to be migrated."""
    connection_created.disconnect(migrated.fill)
    with django_db_blocker.unblock():
        migrated.keep()


@pytest.fixture(autouse=True)
def _plain_settings(settings, tmp_path):
    settings.PASSWORD_HASHERS = ["django.contrib.auth.hashers.MD5PasswordHasher"]
    settings.DEMO = False
    settings.MEDIA_ROOT = tmp_path / "files"
    with translation.override("en"):  # a page in Chinese would leave its language to the next test
        yield


@pytest.fixture
def shop(db) -> Merchant:
    """Shop A, in Shanghai's time."""
    return factories.MerchantFactory(name="Luming Teaware", slug="luming")


@pytest.fixture
def rival(db) -> Merchant:
    """Shop B."""
    return factories.MerchantFactory(name="Qingyun Pottery", slug="qingyun")


@pytest.fixture
def scope(shop):
    """Everything in the test happens in shop A."""
    with tenant(shop):
        yield shop


def _member(merchant: Merchant, role: str, name: str) -> User:
    user = factories.UserFactory(name=name, email=f"{name.lower()}@example.com")
    with every_tenant("build the cast"):
        Membership.objects.create(merchant=merchant, user=user, role=role)
    return user


@pytest.fixture
def ann(shop) -> User:
    return _member(shop, "owner", "Ann")


@pytest.fixture
def ben(shop) -> User:
    return _member(shop, "fulfilment", "Ben")


@pytest.fixture
def cleo(rival) -> User:
    return _member(rival, "owner", "Cleo")


@pytest.fixture
def mo(db, settings) -> User:
    settings.STAFF_MFA_REQUIRED = False
    return factories.UserFactory(name="Mo", email="mo@example.com", staff_role="moderator")


@pytest.fixture
def as_user(client):
    """`as_user(ann)` is a browser in which Ann is signed in."""

    def sign_in(user: User):
        client.force_login(user)
        return client

    return sign_in
