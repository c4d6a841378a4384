"""How the demo's listings look: some are good, some want work, and every shop has a bundle."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import timedelta
from decimal import Decimal

from django.utils import timezone

from accounts.merchants.models import Merchant
from core.bulk import bulk_insert
from core.money import cents
from ecommerce.catalog.models import (
    BundlePart,
    Category,
    CategoryAttribute,
    PriceChange,
    Product,
    ProductImage,
    Variant,
)

ATTRIBUTES = (
    ("material", "Material", "材质", True),
    ("size", "Size", "尺寸", True),
    ("origin", "Origin", "产地", False),
    ("care", "Care", "保养", False),
)
VALUES = {
    "material": ("As shown", "如图所示"),
    "size": ("Standard", "标准"),
    "origin": ("China", "中国"),
    "care": ("Wipe clean", "擦拭清洁"),
}
MORE = (
    "Made in small batches and checked piece by piece before it leaves the shop. The material keeps its look with "
    "daily use, the size fits a small kitchen or desk, and the packing is made to travel. If it is not what you "
    "expected, send it back within seven days.",
    "小批制作，逐件检验后发货。日常使用不易变样，尺寸适合小厨房和书桌，包装经得起运输。配有中英文说明书，附赠收纳袋，"
    "适合自用，也适合送礼。若与期待不符，七天内可退。",
)
PICTURE = "https://pictures.example.com"
BUNDLE_OFF = Decimal("0.9")


def load_attributes(categories: Iterable[Category]) -> None:
    """What is to be said of the products of every category."""
    for category in categories:
        for position, (code, name, name_zh, needed) in enumerate(ATTRIBUTES):
            CategoryAttribute.objects.get_or_create(
                category=category,
                code=code,
                defaults={"name": name, "name_zh": name_zh, "is_required": needed, "position": position},
            )


def dress(merchant: Merchant, variants: list[Variant], *, chinese: bool) -> None:
    """Give products pictures, attributes and longer texts, each a different part of them, and add a bundle of two."""
    products = list(dict.fromkeys(variant.product for variant in variants))
    word = 1 if chinese else 0
    images = []
    for number, product in enumerate(products):
        filled = list(VALUES)[: number % (len(VALUES) + 1)]
        product.attributes = {code: VALUES[code][word] for code in filled}
        if number % 3 == 0:
            product.description = f"{product.description} {MORE[word]}"
        images += [
            ProductImage(
                product=product,
                url=f"{PICTURE}/{merchant.slug}/{number + 1}-{position + 1}.jpg",
                alt=product.title if position != 2 else "",
                position=position,
            )
            for position in range((number * 2) % 5)
        ]
    Product.objects.bulk_update(products, ["attributes", "description"])
    bulk_insert(images)
    _bundle(variants, word)


def _bundle(variants: list[Variant], word: int) -> None:
    first = variants[0]
    second = next((one for one in variants if one.product_id != first.product_id), None)
    if second is None:
        return
    title = (f"{first.product.title} and {second.product.title}", f"{first.product.title}＋{second.product.title}套装")
    made = timezone.now() - timedelta(days=21)
    product = Product(
        title=title[word][:250],
        brand=first.product.brand,
        category=first.product.category,
        state=Product.State.LIVE,
        created_at=made,
        description=title[word],
    )
    product.save()
    bundle = Variant(
        product=product,
        sku=f"{first.sku}-SET"[:80],
        price=cents((first.price + second.price) * BUNDLE_OFF),
        list_price=first.price + second.price,
        is_bundle=True,
        created_at=made,
    )
    bundle.save()
    bulk_insert(
        [BundlePart(bundle=bundle, part=part, quantity=1) for part in sorted((first, second), key=lambda v: v.pk)]
    )
    PriceChange.objects.create(variant=bundle, price=bundle.price, at=made, source=PriceChange.Source.START)
