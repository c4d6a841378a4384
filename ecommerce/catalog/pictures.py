"""Files of product pictures: told by their first bytes, stored under names of our own, outside what a server serves."""

from __future__ import annotations

import uuid
from pathlib import Path

from django.conf import settings
from django.utils.translation import gettext as _

from core.errors import Refused

LARGEST = 5 * 1024 * 1024
TYPES = {"png": "image/png", "jpeg": "image/jpeg", "webp": "image/webp"}


def kind_of(content: bytes) -> str:
    """png, jpeg or webp by the signature at the start of the file. Refuses anything else, whatever its name says."""
    if content.startswith(b"\x89PNG\r\n\x1a\n"):
        return "png"
    if content.startswith(b"\xff\xd8\xff"):
        return "jpeg"
    if content[:4] == b"RIFF" and content[8:12] == b"WEBP":
        return "webp"
    message = _("This is no picture. Choose a PNG, JPEG or WebP file.")
    raise Refused("no_picture", message, file=message)


def path_of(stored_as: str) -> Path:
    """Where a stored picture lies."""
    return Path(settings.MEDIA_ROOT) / stored_as


def store(merchant_id: int, content: bytes) -> tuple[str, str]:
    """Write a picture to disk; its name of ours and its kind. Refuses what is too large or no picture."""
    if len(content) > LARGEST:
        message = _("A picture has at most 5 MB. Make it smaller first.")
        raise Refused("picture_too_large", message, file=message)
    kind = kind_of(content)
    stored_as = f"pictures/{merchant_id}/{uuid.uuid4().hex}"
    path = path_of(stored_as)
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(content)
    return stored_as, kind
