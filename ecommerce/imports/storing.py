"""Files on disk: stored under names of our own, outside anything a web server serves."""

from __future__ import annotations

import csv
import hashlib
import uuid
from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import Any

from django.conf import settings

from core.exports import cell
from ecommerce.imports.reading import check_size


def path_of(stored_as: str) -> Path:
    """Where a stored file lies."""
    return Path(settings.MEDIA_ROOT) / stored_as


def store(merchant_id: int, chunks: Iterable[bytes]) -> tuple[str, str, int]:
    """Write an upload to disk. Returns its name of ours, SHA-256 and size. Raises Refused when it grows too large."""
    stored_as = f"imports/{merchant_id}/{uuid.uuid4().hex}"
    path = path_of(stored_as)
    path.parent.mkdir(parents=True, exist_ok=True)
    digest, size = hashlib.sha256(), 0
    try:
        with path.open("wb") as file:
            for chunk in chunks:
                size += len(chunk)
                check_size(size)
                digest.update(chunk)
                file.write(chunk)
        check_size(size)
    except BaseException:
        path.unlink(missing_ok=True)
        raise
    return stored_as, digest.hexdigest(), size


def store_bad_rows(merchant_id: int, header: Sequence[str], rows: Iterable[tuple[list[str], str]], reason: Any) -> str:
    """Write the rows that could not be used, with the reason in one more column, to be mended and uploaded again."""
    stored_as = f"imports/{merchant_id}/{uuid.uuid4().hex}-bad"
    path = path_of(stored_as)
    path.parent.mkdir(parents=True, exist_ok=True)
    with path.open("w", encoding="utf-8-sig", newline="") as file:
        writer = csv.writer(file)
        writer.writerow([*header, str(reason)])
        for cells, why in rows:
            padded = [*cells, *[""] * (len(header) - len(cells))][: len(header)]
            writer.writerow([cell(value) for value in [*padded, why]])
    return stored_as
