"""Addresses of the pages of buying."""

from __future__ import annotations

from django.urls import path

from ecommerce.purchasing.views import suppliers

SUPPLIERS = "m/<slug:merchant>/suppliers/"

urlpatterns = [
    path(SUPPLIERS, suppliers.supplier_list_page, name="supplier-list"),
    path(f"{SUPPLIERS}export.csv", suppliers.supplier_export, name="supplier-export"),
    path(f"{SUPPLIERS}new/", suppliers.supplier_new, name="supplier-new"),
    path(f"{SUPPLIERS}<int:pk>/", suppliers.supplier_detail, name="supplier-detail"),
    path(f"{SUPPLIERS}<int:pk>/edit/", suppliers.supplier_edit, name="supplier-edit"),
    path(f"{SUPPLIERS}<int:pk>/archive/", suppliers.supplier_archive, name="supplier-archive"),
    path(f"{SUPPLIERS}<int:pk>/price/", suppliers.supplier_pricing, name="supplier-pricing"),
    path(f"{SUPPLIERS}<int:pk>/prices.csv", suppliers.supplier_prices_export, name="supplier-pricing-export"),
]
