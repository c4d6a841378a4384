"""Photos with a return: which are taken, what is kept of them, who sees them, and that they can be erased."""

from __future__ import annotations

import base64
import io
from pathlib import Path

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import transaction
from django.urls import reverse
from PIL import Image

from accounts.models import Activity
from core import photos as core_photos
from core.errors import Refused
from core.tenancy import tenant
from ecommerce.buyers.links import RETURN, path_for
from ecommerce.models import Return, ReturnPhoto
from ecommerce.returns.actions import add_photos, cancel_return, erase_photos, read_photos, request_return
from tests.api import program_of
from tests.ecommerce.returns_kit import ANN, BUYER, arrived, requested, wanted


@pytest.fixture(autouse=True)
def _fresh(scope):
    pass


def at(name: str, *args: object) -> str:
    return reverse(name, args=["luming", *args])


def picture(kind: str = "JPEG", size: tuple[int, int] = (40, 30), colour: str = "red", **how) -> bytes:
    out = io.BytesIO()
    Image.new("RGBA" if kind == "PNG" else "RGB", size, colour).save(out, kind, **how)
    return out.getvalue()


def files_of(settings) -> list[Path]:
    return [path for path in Path(settings.MEDIA_ROOT).rglob("*") if path.is_file()]


@pytest.mark.parametrize(
    ("name", "kind"), [("a.jpg", "JPEG"), ("a.JPEG", "JPEG"), ("b.png", "PNG"), ("c.webp", "WEBP")]
)
def test_what_is_kept_is_the_picture_and_nothing_else(name, kind, settings):
    exif = Image.Exif()
    exif[0x010E] = "taken at home"
    exif[0x0112] = 6  # lies on its side
    hidden = b"<script>alert(1)</script>PK\x03\x04"
    data = picture(kind, **({"exif": exif} if kind != "PNG" else {})) + hidden

    (photo,) = read_photos([(name, data)])
    (row,) = add_photos(requested(), [photo], actor=BUYER)

    stored = (Path(settings.MEDIA_ROOT) / row.stored_as).read_bytes()
    assert stored.startswith(b"\xff\xd8\xff")
    assert b"script" not in stored
    assert b"taken" not in stored
    with Image.open(io.BytesIO(stored)) as image:
        assert not image.getexif()
        assert image.size == ((40, 30) if kind == "PNG" else (30, 40))
    assert (row.added_by, row.size, row.digest) == ("buyer", len(stored), photo.digest)


def test_large_pictures_are_made_smaller():
    (photo,) = read_photos([("a.jpg", picture(size=(5000, 2500)))])

    assert (photo.width, photo.height) == (2048, 1024)


@pytest.mark.parametrize(
    ("name", "data", "code"),
    [
        ("a.jpg", b"<svg onload=alert(1)>", "not_a_photo"),
        ("a.svg", b"<svg/>", "not_a_photo"),
        ("a.gif", b"GIF89a", "not_a_photo"),
        ("a.png", picture("JPEG"), "not_a_photo"),
        ("a.jpg.exe", picture("JPEG"), "not_a_photo"),
        ("a", picture("JPEG"), "not_a_photo"),
        ("../../a\0.png", picture("PNG")[:40], "broken_photo"),
        ("a.jpg", b"\xff\xd8\xff" + b"\0" * 400, "broken_photo"),
        ("a.jpg", b"\xff\xd8\xff" + b"\0" * core_photos.MOST_BYTES, "photo_too_large"),
    ],
    ids=["script", "svg", "gif", "other-kind", "program", "no-ending", "cut-off", "hollow", "too-large"],
)
def test_what_is_no_photo_is_refused_by_name(name, data, code):
    with pytest.raises(Refused) as refused:
        read_photos([(name, data)])

    assert refused.value.code == code
    assert "photos" in refused.value.fields


def test_a_picture_of_too_many_pixels_is_not_unpacked(monkeypatch):
    monkeypatch.setitem(core_photos.MOST_PIXELS, "PNG", 1000)

    with pytest.raises(Refused, match="too many pixels"):
        read_photos([("a.png", picture("PNG"))])


def test_a_return_has_so_many_photos_and_each_once(settings):
    case = requested()
    colours = ["red", "green", "blue", "white", "black", "yellow"]
    many = [(f"{colour}.png", picture("PNG", colour=colour)) for colour in colours]

    assert len(add_photos(case, read_photos(many[:2]), actor=ANN)) == 2
    assert add_photos(case, read_photos([many[0], many[0]]), actor=ANN) == []
    assert len(add_photos(case, read_photos(many[2:5]), actor=ANN)) == 3
    with pytest.raises(Refused, match="can have 5 photos"):
        add_photos(case, read_photos(many[5:]), actor=ANN)
    with pytest.raises(Refused, match="can have 5 photos"):
        read_photos(many)

    assert (case.photos.count(), len(files_of(settings))) == (5, 5)
    assert Activity.objects.filter(kind="returns.photos_added").count() == 2


def test_an_ended_return_takes_none_and_leaves_no_file_behind(settings):
    case = cancel_return(requested(), actor=ANN)

    with pytest.raises(Refused, match="has ended"):
        add_photos(case, read_photos([("a.png", picture("PNG"))]), actor=ANN)

    assert files_of(settings) == []


def test_a_request_that_fails_leaves_no_photo_behind(settings, monkeypatch):
    order = arrived()
    photos = read_photos([("a.png", picture("PNG"))])

    def broken(*args, **kwargs):
        raise RuntimeError

    monkeypatch.setattr(ReturnPhoto.objects, "bulk_create", broken)
    with pytest.raises(RuntimeError):
        request_return(order, lines=wanted(order), photos=photos, actor=ANN)

    assert not Return.objects.exists()
    assert files_of(settings) == []


@pytest.mark.django_db(transaction=True)
def test_erased_photos_are_gone_from_the_disk_and_stay_where_the_change_does_not(shop, settings):
    with tenant(shop):
        case = requested()
        add_photos(case, read_photos([("a.png", picture("PNG"))]), actor=ANN)

        with transaction.atomic():
            erase_photos(case, actor=ANN)
            transaction.set_rollback(True)
        assert (case.photos.count(), len(files_of(settings))) == (1, 1)

        assert erase_photos(case, actor=ANN) == 1
        assert (case.photos.count(), files_of(settings)) == (0, [])
        assert erase_photos(case, actor=ANN) == 0
        assert Activity.objects.filter(kind="returns.photos_erased").count() == 1


def test_a_buyer_sends_photos_and_sees_them(client):
    order = arrived()
    page = path_for("buyer-return", RETURN, order)
    line = order.lines.get()
    sent = {
        f"units_{line.pk}": 1, f"reason_{line.pk}": "damaged",
        "photos": [SimpleUploadedFile(f"{c}.jpg", picture(colour=c), "text/html") for c in ("red", "blue")],
    }  # fmt: skip

    assert client.post(page, sent).status_code == 302

    case = Return.objects.get()
    assert case.photos.count() == 2
    text = client.get(page).content.decode()
    shown = client.get(f"{page}photos/{case.photos.first().pk}/")
    assert f"{page}photos/{case.photos.first().pk}/" in text
    assert b"".join(shown.streaming_content).startswith(b"\xff\xd8\xff")
    assert shown["Content-Type"] == "image/jpeg"
    assert shown["X-Content-Type-Options"] == "nosniff"
    assert "sandbox" in shown["Content-Security-Policy"]
    assert "no-store" in shown["Cache-Control"]
    other = path_for("buyer-return", RETURN, arrived())
    assert client.get(f"{other}photos/{case.photos.first().pk}/").status_code == 404


def test_a_buyer_is_told_which_file_is_no_photo(client):
    order = arrived()
    line = order.lines.get()
    sent = {
        f"units_{line.pk}": 1, f"reason_{line.pk}": "damaged",
        "photos": [SimpleUploadedFile("good.jpg", picture()), SimpleUploadedFile("bill.pdf", b"%PDF-1.7")],
    }  # fmt: skip

    answer = client.post(path_for("buyer-return", RETURN, order), sent)

    assert answer.status_code == 422
    assert "“bill.pdf” is not a photo we can take" in answer.content.decode()
    assert not Return.objects.exists()


def test_members_add_see_and_erase_photos(as_user, ann, cleo, settings):
    case, browser = requested(), as_user(ann)
    added = browser.post(at("return-photos", case.number), {"photos": [SimpleUploadedFile("a.webp", picture("WEBP"))]})
    assert added.status_code == 302
    url = at("return-photo", case.number, case.photos.get().pk)
    assert url in browser.get(case.get_absolute_url()).content.decode()
    shown = browser.get(url)
    assert (shown.status_code, shown["Content-Disposition"][:6]) == (200, "inline")
    assert "sandbox" in shown["Content-Security-Policy"]
    assert b"".join(shown.streaming_content)
    assert browser.post(at("return-photos", case.number), {}).status_code == 422

    assert browser.post(at("return-photos-erase", case.number)).status_code == 302
    assert browser.get(url).status_code == 404


def test_a_program_adds_a_photo(shop, ann):
    case = requested()
    program = program_of(shop, {"returns.view", "returns.handle"})
    url = f"returns/{case.number}/photos/"
    content = base64.b64encode(picture()).decode()

    answer = program.post(url, {"name": "a.jpg", "content": content})
    again = program.post(url, {"name": "a.jpg", "content": content})

    assert (answer.status_code, again.status_code) == (200, 200)
    assert [photo["added_by"] for photo in again.json()["photos"]] == ["api"]
    assert program.post(url, {"name": "a.jpg", "content": "no"}).status_code == 400
    refused = program.post(url, {"name": "a.gif", "content": content})
    assert refused.json()["error"]["code"] == "not_a_photo"


def fetch(program, address, **headers):
    """A picture as a program gets it: Program reads only JSON."""
    bearer = {"Authorization": f"Bearer {program.secret}"} if program.secret else {}
    return program.client.get(address, headers=bearer | headers)


def test_a_program_is_told_of_the_photos_and_fetches_them(shop, ann, settings):
    case = requested()
    (row,) = add_photos(case, read_photos([("a.png", picture("PNG"))]), actor=BUYER)
    program = program_of(shop, {"returns.view"})

    (told,) = program.get(f"returns/{case.number}/").json()["photos"]

    assert (told["id"], told["content_type"], told["size"]) == (row.pk, "image/jpeg", row.size)
    assert told["url"] == f"{settings.BASE_URL}/api/v1/returns/{case.number}/photos/{row.pk}/"
    address = told["url"].removeprefix(settings.BASE_URL)
    for accepted in ("*/*", "image/*", "application/json"):
        shown = fetch(program, address, Accept=accepted)
        assert shown.status_code == 200
    data = b"".join(shown.streaming_content)
    assert (data[:3], len(data)) == (b"\xff\xd8\xff", row.size)
    assert shown["Content-Type"] == "image/jpeg"
    assert shown["X-Content-Type-Options"] == "nosniff"
    assert "sandbox" in shown["Content-Security-Policy"]
    assert "no-store" in shown["Cache-Control"]
    assert fetch(program_of(shop, {"orders.view"}), address).status_code == 403
    program.secret = ""
    assert fetch(program, address).status_code == 401


def test_a_program_finds_no_photo_of_another_shop_return_or_of_the_past(shop, rival, ann):
    case, other = requested(), requested()
    (row,) = add_photos(case, read_photos([("a.png", picture("PNG"))]), actor=ANN)
    with tenant(rival):
        foreign = requested()
        (theirs,) = add_photos(foreign, read_photos([("a.png", picture("PNG"))]), actor=ANN)
    program = program_of(shop)

    def status(number, pk):
        return fetch(program, f"/api/v1/returns/{number}/photos/{pk}/").status_code

    assert status(case.number, row.pk) == 200
    assert status(other.number, row.pk) == 404
    assert status(case.number, theirs.pk) == 404
    assert status(foreign.number, theirs.pk) == 404
    erase_photos(case, actor=ANN)
    assert status(case.number, row.pk) == 404
