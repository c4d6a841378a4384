"""Pictures are told by their bytes, kept out of reach of the web server, and shown to members of the shop only."""

from __future__ import annotations

import io
from pathlib import Path

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from PIL import Image

from core.errors import Refused
from core.photos import MOST_BYTES
from ecommerce.catalog import actions
from ecommerce.models import CategoryAttribute, Product, ProductImage
from tests import factories


def drawn(kind: str) -> bytes:
    out = io.BytesIO()
    Image.new("RGB", (8, 6), "teal").save(out, kind)
    return out.getvalue()


PNG = drawn("PNG")
FILE = ("cup.png", PNG)
PAGE = b"<html><script>alert(1)</script></html>"


@pytest.fixture(autouse=True)
def files(settings, tmp_path):
    settings.MEDIA_ROOT = tmp_path


@pytest.fixture
def product(scope):
    return factories.ProductFactory()


@pytest.mark.parametrize("kind", ["PNG", "JPEG", "WEBP"])
def test_pictures_of_the_usual_kinds_are_taken(product, ann, kind):
    image = actions.add_image(product, file=(f"cup.{kind.lower()}", drawn(kind)), actor=ann.actor)
    assert image.size > 0


def test_a_page_that_calls_itself_a_picture_is_refused(as_user, ann, product):
    upload = SimpleUploadedFile("cup.png", PAGE, "image/png")
    page = as_user(ann).post(f"/m/luming/products/{product.pk}/images/", {"file": upload})

    assert page.status_code == 422
    assert ProductImage.objects.count() == 0


def test_what_is_too_large_or_doubtful_is_refused(product, ann):
    for given, code in (
        ({"file": ("cup.png", PNG + b"\0" * MOST_BYTES)}, "photo_too_large"),
        ({}, "file_or_address"),
        ({"file": FILE, "url": "https://example.com/a.png"}, "file_or_address"),
        ({"url": "javascript:alert(1)"}, "bad_address"),
    ):
        with pytest.raises(Refused) as refusal:
            actions.add_image(product, **given, actor=ann.actor)
        assert refusal.value.code == code


def test_a_picture_goes_out_as_what_it_is_and_to_nobody_else(client, as_user, ann, cleo, product):
    image = actions.add_image(product, file=FILE, alt="From above", actor=ann.actor)
    address = f"/m/luming/products/images/{image.pk}/"

    assert "cup" not in image.stored_as
    answer = as_user(ann).get(address)
    assert Image.open(io.BytesIO(b"".join(answer.streaming_content))).size == (8, 6)
    assert answer["Content-Type"] == "image/jpeg"
    assert answer["X-Content-Type-Options"] == "nosniff"
    assert "sandbox" in answer["Content-Security-Policy"]
    assert as_user(cleo).get(address).status_code == 404


def test_a_picture_taken_away_leaves_no_file(ann, product, settings, django_capture_on_commit_callbacks):
    image = actions.add_image(product, file=FILE, actor=ann.actor)
    path = Path(settings.MEDIA_ROOT) / image.stored_as
    assert path.exists()

    with django_capture_on_commit_callbacks(execute=True):
        actions.remove_image(image, actor=ann.actor)
    assert not path.exists()


def test_attributes_of_the_category_are_asked_for_in_the_form(as_user, ann, product):
    CategoryAttribute.objects.create(category=product.category, code="material", name="Material", is_required=True)
    factories.VariantFactory(product=product, sku="A-1")
    browser = as_user(ann)
    assert b"Material" in browser.get(f"/m/luming/products/{product.pk}/edit/").content

    variant = product.variants.get()
    browser.post(
        f"/m/luming/products/{product.pk}/edit/",
        {
            "title": product.title,
            "category": product.category_id,
            "attr-material": "Porcelain",
            "variants-TOTAL_FORMS": "1",
            "variants-INITIAL_FORMS": "0",
            "variants-0-pk": variant.pk,
            "variants-0-sku": "A-1",
            "variants-0-price": "168",
            "variants-0-is_active": "on",
        },
    )
    assert Product.objects.get(pk=product.pk).attributes == {"material": "Porcelain"}
