"""Pictures of what is wrong with the goods: added with a request or later, and erased."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from functools import partial

from django.db import transaction
from django.utils.translation import gettext as _

from accounts.activity.log import record
from core.actors import Actor
from core.errors import Refused
from core.photos import Photo, drop_photo, read_photo, store_photo
from ecommerce.returns.actions.writing import SOURCES, facts, locked
from ecommerce.returns.events import ReturnPhotosAdded, ReturnPhotosErased
from ecommerce.returns.models import Return, ReturnPhoto
from ecommerce.returns.rules import MOST_PHOTOS


def read_photos(files: Iterable[tuple[str, bytes]]) -> list[Photo]:
    """The pictures in files of (name, bytes), the same one once. Refuses more than a return may have, reading none."""
    given = list(files)
    _refuse_many(len(given))
    photos = {photo.digest: photo for photo in (read_photo(name, data) for name, data in given)}
    return list(photos.values())


def add_photos(case: Return, photos: Sequence[Photo], *, actor: Actor) -> list[ReturnPhoto]:
    """Keep pictures with an open return; one it has already is not kept twice.

    The files are written first and taken away again where the rows are not: a row never lacks its picture.
    """
    stored: list[str] = []
    try:
        with transaction.atomic():
            case = locked(case)
            if not case.is_open:
                sentence = _("Return %(number)s has ended; photos are added to open ones.") % {"number": case.number}
                raise Refused("return_ended", sentence, status=409)
            known = set(case.photos.values_list("digest", flat=True))
            new = [photo for photo in photos if photo.digest not in known]
            _refuse_many(len(known) + len(new))
            rows = []
            for photo in new:
                stored.append(store_photo(f"returns/{case.merchant_id}", photo))
                rows.append(
                    ReturnPhoto(
                        case=case,
                        stored_as=stored[-1],
                        digest=photo.digest,
                        size=len(photo.data),
                        width=photo.width,
                        height=photo.height,
                        added_by=SOURCES.get(actor.kind, Return.Source.MERCHANT),
                    )
                )
            rows = ReturnPhoto.objects.bulk_create(rows)
            if rows:
                record(ReturnPhotosAdded(**facts(case), photos=len(rows)), actor=actor, subject=case)
    except BaseException:
        for name in stored:
            drop_photo(name)
        raise
    return rows


@transaction.atomic
def erase_photos(case: Return, *, actor: Actor) -> int:
    """Take the pictures of a return away for good, as its buyer may ask at any time. Returns how many there were."""
    case = locked(case)
    names = list(case.photos.values_list("stored_as", flat=True))
    case.photos.all().delete()
    if names:
        record(ReturnPhotosErased(**facts(case), photos=len(names)), actor=actor, subject=case)
    for name in names:
        # not before the rows are gone for certain: a crash between leaves a file without a row, never the other way
        transaction.on_commit(partial(drop_photo, name))
    return len(names)


def _refuse_many(count: int) -> None:
    if count > MOST_PHOTOS:
        sentence = _("A return can have %(most)s photos.") % {"most": MOST_PHOTOS}
        raise Refused("too_many_photos", sentence, photos=sentence)
