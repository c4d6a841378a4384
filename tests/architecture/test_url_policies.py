"""Every address has a name and says who may call it."""

from __future__ import annotations

import re

from django.conf import settings

from core import roles
from tests.architecture.endpoints import endpoints
from tests.architecture.house import none_of


def test_every_address_has_a_name():
    none_of(
        [f"{endpoint.route!r} has no name" for endpoint in endpoints() if not endpoint.name and not endpoint.foreign]
    )


def test_every_view_states_its_policy():
    """With a decorator of core.access; a viewset by its `permissions`."""
    none_of(
        [
            f"{endpoint.name or endpoint.route} ({endpoint.module}): decorate it with a policy of core.access"
            for endpoint in endpoints()
            if not endpoint.policy and not endpoint.foreign and not endpoint.is_api
        ]
    )


def test_every_endpoint_of_the_api_names_its_permissions():
    wrong = []
    known = roles.merchant_permissions()
    for endpoint in endpoints():
        if not endpoint.is_api or endpoint.policy:
            continue
        words = getattr(endpoint.view_class, "permissions", None)
        if not words:
            wrong.append(f"{endpoint.name}: {endpoint.view_class.__name__} has no `permissions` and no open_view()")
        else:
            wrong.extend(f"{endpoint.name}: no role holds {word!r}" for word in words.values() if word not in known)
    none_of(wrong)


def test_every_permission_asked_for_is_one_that_a_role_holds():
    """A word that nobody holds locks its page for everyone."""
    of_merchants = roles.merchant_permissions()
    of_staff = frozenset().union(*roles.staff_roles().values())
    wrong = []
    for endpoint in endpoints():
        kind, _, rest = endpoint.policy.partition(": ")
        if kind == "staff" and rest not in of_staff:
            wrong.append(f"{endpoint.name}: no staff role in config/roles.py holds {rest!r}")
        elif (
            endpoint.is_tenants and kind not in ("staff", "open", "account", "member", "") and kind not in of_merchants
        ):
            wrong.append(f"{endpoint.name}: no role in config/roles.py holds {kind!r}")
    none_of(wrong)


def test_an_address_below_a_merchant_asks_for_membership():
    none_of(
        [
            f"{endpoint.name}: {endpoint.route} is a merchant's address with the policy {endpoint.policy!r}"
            for endpoint in endpoints()
            if endpoint.route.startswith("m/") and (":" in endpoint.policy or endpoint.policy == "account")
        ]
    )


def test_every_panel_that_a_page_asks_for_is_there():
    """`{% url … as panel %}` is silent about a name that nothing has, and the page then lacks a part."""
    named = {endpoint.name for endpoint in endpoints()}
    used = {
        (match[1], str(path.relative_to(settings.BASE_DIR)))
        for path in sorted((settings.BASE_DIR / "templates").rglob("*.html"))
        for match in re.finditer(r"""{% url ['"]([\w-]+)['"][^%]* as """, path.read_text())
    }
    assert used
    none_of([f"{path}: no address is called {name!r}" for name, path in sorted(used) if name not in named])
