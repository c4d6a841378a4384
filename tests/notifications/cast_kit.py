"""People of a shop, as tests of who is told need them."""

from __future__ import annotations

from accounts.models import Membership, Merchant, User
from core.tenancy import every_tenant
from tests import factories


def join(shop: Merchant, role: str, name: str) -> User:
    """Somebody of that name who works for the shop in that role."""
    user = factories.UserFactory(name=name, email=f"{name.lower()}@example.com")
    with every_tenant("build the cast"):
        Membership.objects.create(merchant=shop, user=user, role=role)
    return user


def of(user: User) -> Membership:
    """Their membership of the shop in scope."""
    return Membership.objects.get(user=user)
