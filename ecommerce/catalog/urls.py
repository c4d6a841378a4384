"""Addresses of the product pages."""

from __future__ import annotations

from django.urls import path

from ecommerce.catalog.views import grid, images, pages, prices, tags

SHOP = "m/<slug:merchant>/products/"

urlpatterns = [
    path(SHOP, pages.product_list_page, name="product-list"),
    path(f"{SHOP}export.csv", pages.product_export, name="product-export"),
    path(f"{SHOP}prices/", prices.index, name="price-change-list"),
    path(f"{SHOP}prices/export.csv", prices.export, name="price-change-export"),
    path(f"{SHOP}grid/", grid.grid_page, name="product-grid"),
    path(f"{SHOP}grid/open/", grid.open_grid, name="product-grid-open"),
    path(f"{SHOP}grid/<int:pk>/", grid.edit_page, name="grid-edit"),
    path(f"{SHOP}grid/<int:pk>/undo/", grid.undo, name="grid-undo"),
    path(f"{SHOP}new/", pages.product_new, name="product-new"),
    path(f"{SHOP}<int:pk>/", pages.product_detail, name="product-detail"),
    path(f"{SHOP}<int:pk>/edit/", pages.product_edit, name="product-edit"),
    path(f"{SHOP}<int:pk>/state/", pages.product_state, name="product-state"),
    path(f"{SHOP}tag/", tags.tag_many, name="product-tag-many"),
    path(f"{SHOP}<int:pk>/tag/", tags.tag, name="product-tag"),
    path(f"{SHOP}<int:pk>/untag/", tags.untag, name="product-untag"),
    path(f"{SHOP}<int:pk>/duplicate/", pages.product_duplicate, name="product-duplicate"),
    path(f"{SHOP}<int:pk>/images/", images.images, name="product-images"),
    path(f"{SHOP}images/<int:pk>/", images.image_file, name="image-file"),
    path(f"{SHOP}images/<int:pk>/remove/", images.image_remove, name="image-remove"),
    path(f"{SHOP}variants/<int:pk>/bundle/", pages.variant_bundle, name="variant-bundle"),
    path(f"{SHOP}variants/<int:pk>/price/", pages.variant_price, name="variant-price"),
]
