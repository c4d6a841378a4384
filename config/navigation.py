"""What the frame around every page shows: menus, the shops one may switch to, theme and language."""

from __future__ import annotations

from typing import Any

from django.http import HttpRequest


def chrome(request: HttpRequest) -> dict[str, Any]:
    """Template variables of the frame."""
    return {}
