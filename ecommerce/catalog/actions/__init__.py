"""Everything that changes what is for sale. Each takes who does it as `actor`; Refused says what may not be."""

from ecommerce.catalog.actions.bundles import set_parts
from ecommerce.catalog.actions.grid import save_cells, undo_cells
from ecommerce.catalog.actions.images import add_image, remove_image
from ecommerce.catalog.actions.pricing import change_price, first_prices
from ecommerce.catalog.actions.products import (
    MOST_VARIANTS,
    VariantData,
    add_variant,
    category_path,
    change_product,
    change_state,
    change_variant,
    create_product,
    duplicate_product,
    load_tree,
    save_category,
)
from ecommerce.catalog.actions.tagging import tag_product, tag_products, untag_product, untag_products

__all__ = [
    "MOST_VARIANTS",
    "VariantData",
    "add_image",
    "add_variant",
    "category_path",
    "change_price",
    "change_product",
    "change_state",
    "change_variant",
    "create_product",
    "duplicate_product",
    "first_prices",
    "load_tree",
    "remove_image",
    "save_category",
    "save_cells",
    "set_parts",
    "tag_product",
    "tag_products",
    "undo_cells",
    "untag_product",
    "untag_products",
]
