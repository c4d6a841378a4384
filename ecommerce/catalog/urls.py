"""Addresses of the product pages."""

from __future__ import annotations

from django.urls import path

from ecommerce.catalog import views

SHOP = "m/<slug:merchant>/products/"

urlpatterns = [
    path(SHOP, views.product_list_page, name="product-list"),
    path(f"{SHOP}export.csv", views.product_export, name="product-export"),
    path(f"{SHOP}new/", views.product_new, name="product-new"),
    path(f"{SHOP}<int:pk>/", views.product_detail, name="product-detail"),
    path(f"{SHOP}<int:pk>/edit/", views.product_edit, name="product-edit"),
    path(f"{SHOP}<int:pk>/state/", views.product_state, name="product-state"),
    path(f"{SHOP}<int:pk>/duplicate/", views.product_duplicate, name="product-duplicate"),
    path(f"{SHOP}variants/<int:pk>/price/", views.variant_price, name="variant-price"),
]
