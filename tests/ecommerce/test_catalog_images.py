"""Pictures are told by their bytes, kept out of reach of the web server, and shown to members of the shop only."""

from __future__ import annotations

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile

from core.errors import Refused
from ecommerce.catalog import actions
from ecommerce.catalog.pictures import LARGEST, kind_of, path_of
from ecommerce.models import CategoryAttribute, Product, ProductImage
from tests import factories

PNG = b"\x89PNG\r\n\x1a\n" + b"\0" * 40
PAGE = b"<html><script>alert(1)</script></html>"


@pytest.fixture(autouse=True)
def files(settings, tmp_path):
    settings.MEDIA_ROOT = tmp_path


@pytest.fixture
def product(scope):
    return factories.ProductFactory()


@pytest.mark.parametrize(
    ("content", "kind"),
    [(PNG, "png"), (b"\xff\xd8\xff\xe0JFIF", "jpeg"), (b"RIFF\0\0\0\0WEBPVP8 ", "webp")],
)
def test_a_picture_is_told_by_its_first_bytes(content, kind):
    assert kind_of(content) == kind


def test_a_page_that_calls_itself_a_picture_is_refused(as_user, ann, product):
    upload = SimpleUploadedFile("cup.png", PAGE, "image/png")
    page = as_user(ann).post(f"/m/luming/products/{product.pk}/images/", {"file": upload})

    assert page.status_code == 422
    assert ProductImage.objects.count() == 0


def test_what_is_too_large_or_doubtful_is_refused(product, ann):
    for given, code in (
        ({"content": PNG + b"\0" * LARGEST}, "picture_too_large"),
        ({}, "file_or_address"),
        ({"content": PNG, "url": "https://example.com/a.png"}, "file_or_address"),
        ({"url": "javascript:alert(1)"}, "bad_address"),
    ):
        with pytest.raises(Refused) as refusal:
            actions.add_image(product, **given, actor=ann.actor)
        assert refusal.value.code == code


def test_a_picture_goes_out_as_what_it_is_and_to_nobody_else(client, as_user, ann, cleo, product):
    image = actions.add_image(product, content=PNG, alt="From above", actor=ann.actor)
    address = f"/m/luming/products/images/{image.pk}/"

    assert "cup" not in image.stored_as
    answer = as_user(ann).get(address)
    assert b"".join(answer.streaming_content) == PNG
    assert answer["Content-Type"] == "image/png"
    assert answer["X-Content-Type-Options"] == "nosniff"
    assert "sandbox" in answer["Content-Security-Policy"]
    assert as_user(cleo).get(address).status_code == 404


def test_a_picture_taken_away_leaves_no_file(ann, product, django_capture_on_commit_callbacks):
    image = actions.add_image(product, content=PNG, actor=ann.actor)
    path = path_of(image.stored_as)
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
