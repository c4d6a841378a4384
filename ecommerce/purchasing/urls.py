"""Addresses of the pages of buying."""

from __future__ import annotations

from django.urls import path

from ecommerce.purchasing.views import comparing, purchases, receiving, suppliers

SUPPLIERS = "m/<slug:merchant>/suppliers/"
PURCHASES = "m/<slug:merchant>/purchases/"

urlpatterns = [
    path(SUPPLIERS, suppliers.supplier_list_page, name="supplier-list"),
    path(f"{SUPPLIERS}export.csv", suppliers.supplier_export, name="supplier-export"),
    path(f"{SUPPLIERS}compare/", comparing.score_list_page, name="supplier-score-list"),
    path(f"{SUPPLIERS}compare/export.csv", comparing.score_export, name="supplier-score-export"),
    path(f"{SUPPLIERS}new/", suppliers.supplier_new, name="supplier-new"),
    path(f"{SUPPLIERS}<int:pk>/", suppliers.supplier_detail, name="supplier-detail"),
    path(f"{SUPPLIERS}<int:pk>/edit/", suppliers.supplier_edit, name="supplier-edit"),
    path(f"{SUPPLIERS}<int:pk>/archive/", suppliers.supplier_archive, name="supplier-archive"),
    path(f"{SUPPLIERS}<int:pk>/price/", suppliers.supplier_pricing, name="supplier-pricing"),
    path(f"{SUPPLIERS}<int:pk>/prices.csv", suppliers.supplier_prices_export, name="supplier-pricing-export"),
    path("m/<slug:merchant>/products/<int:pk>/passed/", purchases.product_passed, name="product-passed"),
    path(PURCHASES, purchases.purchase_list_page, name="purchase-list"),
    path(f"{PURCHASES}export.csv", purchases.purchase_export, name="purchase-export"),
    path(f"{PURCHASES}new/", purchases.purchase_new, name="purchase-new"),
    path(f"{PURCHASES}<int:pk>/", purchases.purchase_detail, name="purchase-detail"),
    path(f"{PURCHASES}<int:pk>/edit/", purchases.purchase_edit, name="purchase-edit"),
    path(f"{PURCHASES}<int:pk>/send/", purchases.purchase_send, name="purchase-send"),
    path(f"{PURCHASES}<int:pk>/order.pdf", purchases.purchase_paper, name="purchase-paper"),
    path(f"{PURCHASES}<int:pk>/cancel/", purchases.purchase_cancel, name="purchase-cancel"),
    path(f"{PURCHASES}<int:pk>/close/", purchases.purchase_close, name="purchase-close"),
    path(f"{PURCHASES}<int:pk>/receive/", receiving.purchase_receive, name="purchase-receive"),
]
