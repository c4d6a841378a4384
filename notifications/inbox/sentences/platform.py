"""What the platform itself tells, in the words that its staff wrote."""

from __future__ import annotations

from django.utils.translation import get_language

from notifications.inbox.sentences import Params, Words


def platform_notice(p: Params) -> Words:
    tongue = "zh" if (get_language() or "").startswith("zh") else "en"
    return p[f"title_{tongue}"], p[f"text_{tongue}"]
