"""Photos from outside: what is kept is the picture, written anew, never the bytes that came.

A decoded and re-encoded picture holds no script, no second file behind the first and no place where it was taken.
"""

from __future__ import annotations

import hashlib
import io
import uuid
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from django.conf import settings
from django.http import FileResponse, Http404
from django.utils.translation import gettext as _

from core.errors import Refused

MOST_BYTES = 8 * 1024 * 1024
LONGEST_SIDE = 2048
QUALITY = 85
PHOTO_TYPE = "image/jpeg"  # of what is kept
# A JPEG is decoded at a fraction of its size, the others have to be unpacked whole.
MOST_PIXELS = {"JPEG": 60_000_000, "PNG": 20_000_000, "WEBP": 20_000_000}
ENDINGS = {"jpg": "JPEG", "jpeg": "JPEG", "png": "PNG", "webp": "WEBP"}
_BEGINS: dict[str, Callable[[bytes], bool]] = {
    "JPEG": lambda data: data.startswith(b"\xff\xd8\xff"),
    "PNG": lambda data: data.startswith(b"\x89PNG\r\n\x1a\n"),
    "WEBP": lambda data: data[:4] == b"RIFF" and data[8:12] == b"WEBP",
}


@dataclass(frozen=True)
class Photo:
    """A picture as it is kept: a JPEG. `digest` is the SHA-256 of its bytes."""

    data: bytes
    width: int
    height: int

    @property
    def digest(self) -> str:
        return hashlib.sha256(self.data).hexdigest()


def read_photo(name: str, data: bytes, *, field: str = "photos") -> Photo:
    """The picture in an uploaded file. Raises Refused, naming file and field, for anything that is not one we take."""
    from PIL import Image, ImageOps  # needed for uploads only

    name = name.replace("\0", "")[-80:]
    kind = ENDINGS.get(name.rpartition(".")[2].lower(), "")
    if not kind or not _BEGINS[kind](data):
        sentence = _("“%(name)s” is not a photo we can take. Use JPEG, PNG or WebP.")
        raise _refused("not_a_photo", sentence, name, field)
    if len(data) > MOST_BYTES:
        sentence = _("“%(name)s” is larger than %(most)d MB.")
        raise _refused("photo_too_large", sentence, name, field, most=MOST_BYTES // 1024 // 1024)
    try:
        image = Image.open(io.BytesIO(data), formats=[kind])
        width, height = image.size
        if width * height > MOST_PIXELS[kind]:
            sentence = _("“%(name)s” has too many pixels. Take a smaller picture.")
            raise _refused("photo_too_large", sentence, name, field)
        image.draft("RGB", (LONGEST_SIDE, LONGEST_SIDE))
        picture = ImageOps.exif_transpose(image)
        picture.thumbnail((LONGEST_SIDE, LONGEST_SIDE))
        if picture.mode != "RGB":
            ground = Image.new("RGB", picture.size, "white")
            clear = picture.convert("RGBA")
            ground.paste(clear, mask=clear.getchannel("A"))
            picture = ground
        out = io.BytesIO()
        Image.frombytes("RGB", picture.size, picture.tobytes()).save(out, "JPEG", quality=QUALITY)
    except Refused:
        raise
    except Exception as error:  # Pillow raises many kinds for a damaged file; all mean the same to its owner
        sentence = _("“%(name)s” cannot be read as a picture. Take it again.")
        raise _refused("broken_photo", sentence, name, field) from error
    return Photo(out.getvalue(), *picture.size)


def _refused(code: str, sentence: str, name: str, field: str, **values: Any) -> Refused:
    said = sentence % {"name": name, **values}
    fields: dict[str, Any] = {field: said}
    return Refused(code, said, **fields)


def store_photo(folder: str, photo: Photo) -> str:
    """Write it below MEDIA_ROOT, which no web server serves, under a name of ours. Returns that name."""
    stored_as = f"{folder}/{uuid.uuid4().hex}.jpg"
    path = _path(stored_as)
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(photo.data)
    return stored_as


def drop_photo(stored_as: str) -> None:
    """Take the file away; one that is gone already is no error."""
    _path(stored_as).unlink(missing_ok=True)


def photo_response(stored_as: str, name: str) -> FileResponse:
    """The picture for a view that has checked who asks. A browser shows it and can do nothing else with it."""
    try:
        file = _path(stored_as).open("rb")
    except OSError as error:
        raise Http404 from error
    response = FileResponse(file, filename=name, content_type=PHOTO_TYPE)
    response["X-Content-Type-Options"] = "nosniff"
    response["Content-Security-Policy"] = "default-src 'none'; sandbox"
    response["Cache-Control"] = "private, no-store"
    return response


def _path(stored_as: str) -> Path:
    return Path(settings.MEDIA_ROOT) / stored_as
