"""What a notice may say and lead to."""

from __future__ import annotations

from typing import Any

LONGEST_TITLE, LONGEST_TEXT = 120, 1000


def is_link(link: str) -> bool:
    """Whether a button may lead there: a page of the product ("/…") or an https address."""
    within = link.startswith("/") and not link.startswith("//") and "\\" not in link
    return within or link.startswith("https://")


def params_of(
    *, announcement_id: int, title_en: str, title_zh: str, text_en: str, text_zh: str, link: str
) -> dict[str, Any]:
    """What each notification keeps of the notice: all languages, for its reader may change theirs."""
    return {
        "announcement_id": announcement_id,
        "title_en": title_en,
        "title_zh": title_zh,
        "text_en": text_en,
        "text_zh": text_zh,
        "link": link,
    }
