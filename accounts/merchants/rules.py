"""How the address of a shop is made."""

from __future__ import annotations

import re
import unicodedata

SHORTEST, LONGEST = 3, 60
SLUG = re.compile(r"[a-z0-9]+(-[a-z0-9]+)*")


def slug_from(name: str) -> str:
    """An address from a name: lower case letters, digits and hyphens; "" where the name has none (陆羽茶具)."""
    plain = unicodedata.normalize("NFKD", name).encode("ascii", "ignore").decode().lower()
    slug = re.sub(r"[^a-z0-9]+", "-", plain).strip("-")[:LONGEST].strip("-")
    return slug if len(slug) >= SHORTEST else ""


def is_slug(text: str) -> bool:
    return SHORTEST <= len(text) <= LONGEST and bool(SLUG.fullmatch(text))
