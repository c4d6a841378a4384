"""Addresses of the stock pages."""

from __future__ import annotations

from django.urls import path

from ecommerce.inventory.views import stock as views

SHOP = "m/<slug:merchant>/inventory/"

urlpatterns = [
    path(SHOP, views.stock_list_page, name="stock-list"),
    path(f"{SHOP}export.csv", views.stock_export, name="stock-export"),
    path(f"{SHOP}<int:pk>/", views.stock_detail, name="stock-detail"),
    path(f"{SHOP}<int:pk>/adjust/", views.stock_adjust, name="stock-adjust"),
    path(f"{SHOP}<int:pk>/export.csv", views.stock_move_export, name="stock-move-export"),
    path(f"{SHOP}product/<int:pk>/", views.product_stock, name="product-stock"),
    path(f"{SHOP}warehouses/", views.warehouse_list_page, name="warehouse-list"),
    path(f"{SHOP}warehouses/new/", views.warehouse_new, name="warehouse-new"),
    path(f"{SHOP}warehouses/<int:pk>/", views.warehouse_edit, name="warehouse-edit"),
]
