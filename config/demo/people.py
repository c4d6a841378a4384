"""The demo's accounts. The password is the same for all and is shown: it is no secret."""

from __future__ import annotations

from allauth.account.models import EmailAddress

from accounts.members.models import Membership
from accounts.merchants.models import Merchant
from accounts.people.models import User
from core.actors import Actor
from core.tenancy import tenant

PASSWORD = "storecast-demo-2025"  # noqa: S105 - shown on the sign-in page of the demo
MAIN = "luming"

BUYER = Actor("buyer", None, "Buyer")
MEMBERS = (
    ("owner", "Lin Wei", "owner@storecast.example", "owner", "en"),
    ("fulfilment", "Wu Min", "fulfilment@storecast.example", "fulfilment", "zh-hans"),
    ("analyst", "Hannah Beck", "analyst@storecast.example", "analyst", "en"),
)
STAFF = (
    ("moderator", "Zhao Mei", "moderator@storecast.example", User.StaffRole.MODERATOR, "en"),
    ("admin", "Kai Berg", "admin@storecast.example", User.StaffRole.ADMIN, "en"),
)


def _person(name: str, email: str, language: str, **fields: object) -> User:
    user = User.objects.create_user(email, PASSWORD, name=name, language=language, time_zone="Asia/Shanghai", **fields)
    EmailAddress.objects.create(user=user, email=email, verified=True, primary=True)
    return user


def hire(merchants: list[Merchant]) -> dict[str, dict[str, str]]:
    """Accounts by role with e-mail and password. The owner of the main shop also owns the growing and the new one."""
    accounts = {}
    for key, name, email, role, language in MEMBERS:
        user = _person(name, email, language)
        for merchant in merchants:
            if merchant.slug == MAIN or (role == "owner" and merchant.slug in {"box-and-jar", "new-shelf"}):
                with tenant(merchant):
                    Membership.objects.create(user=user, role=role)
        accounts[key] = {"email": email, "password": PASSWORD}
    for merchant in merchants:
        if merchant.slug in {MAIN, "box-and-jar", "new-shelf"}:
            continue
        owner = _person(f"Owner of {merchant.name}", f"owner@{merchant.slug}.example", merchant.language)
        with tenant(merchant):
            Membership.objects.create(user=owner, role="owner")
    for key, name, email, role, language in STAFF:
        _person(name, email, language, staff_role=role, is_staff=role == User.StaffRole.ADMIN)
        accounts[key] = {"email": email, "password": PASSWORD}
    return accounts


def applicant() -> User:
    """The person behind the shop that waits for approval."""
    return _person("Duan Yi", "apply@paper-lantern.example", "zh-hans")
