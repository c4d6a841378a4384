"""The table of roles and their permission words, filled once by the composition root (config/roles.py)."""

from __future__ import annotations

from collections.abc import Mapping

_merchant: dict[str, frozenset[str]] = {}
_staff: dict[str, frozenset[str]] = {}


def define(*, merchant: Mapping[str, frozenset[str]], staff: Mapping[str, frozenset[str]]) -> None:
    """Set the built-in roles of merchants and of platform staff."""
    _merchant.clear()
    _merchant.update(merchant)
    _staff.clear()
    _staff.update(staff)


def of_merchant(role: str) -> frozenset[str]:
    """The permission words of a built-in merchant role; none for an unknown role."""
    return _merchant.get(role, frozenset())


def of_staff(role: str) -> frozenset[str]:
    """The permission words of a staff role; none for an unknown role."""
    return _staff.get(role, frozenset())


def merchant_permissions() -> frozenset[str]:
    """Every permission word a merchant role or an API token may hold."""
    return frozenset().union(*_merchant.values())


def merchant_roles() -> dict[str, frozenset[str]]:
    return dict(_merchant)


def staff_roles() -> dict[str, frozenset[str]]:
    return dict(_staff)
