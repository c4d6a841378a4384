"""Mails from templates: a text part and an HTML part from the same values."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any

from django.conf import settings
from django.template.loader import render_to_string

_BLANK_LINES = re.compile(r"\n{3,}")


def compose(template: str, values: Mapping[str, Any]) -> tuple[str, str]:
    """(text, html) of `<template>.txt` and `<template>.html`, in the active language and time zone."""
    context = {**values, "base_url": settings.BASE_URL}
    text = _BLANK_LINES.sub("\n\n", render_to_string(f"{template}.txt", context)).strip() + "\n"
    return text, render_to_string(f"{template}.html", context)


def one_click(stop: str) -> dict[str, str]:
    """The headers that let a mail program stop what it shows by one request to that address (RFC 2369, RFC 8058)."""
    return {"List-Unsubscribe": f"<{stop}>", "List-Unsubscribe-Post": "List-Unsubscribe=One-Click"}
