"""Addresses of the stock pages."""

from __future__ import annotations

from django.urls import path

from ecommerce.inventory.views import counting, ledger, lots, selling, transfers
from ecommerce.inventory.views import stock as views

SHOP = "m/<slug:merchant>/inventory/"

urlpatterns = [
    path(SHOP, views.stock_list_page, name="stock-list"),
    path(f"{SHOP}export.csv", views.stock_export, name="stock-export"),
    path(f"{SHOP}<int:pk>/", views.stock_detail, name="stock-detail"),
    path(f"{SHOP}<int:pk>/adjust/", views.stock_adjust, name="stock-adjust"),
    path(f"{SHOP}<int:pk>/export.csv", ledger.stock_move_export, name="stock-move-export"),
    path(f"{SHOP}moves/", ledger.move_list_page, name="move-list"),
    path(f"{SHOP}moves/export.csv", ledger.move_export, name="move-export"),
    path(f"{SHOP}<int:pk>/lot/", lots.stock_lot, name="stock-lot"),
    path(f"{SHOP}lots/", lots.lot_list_page, name="lot-list"),
    path(f"{SHOP}lots/export.csv", lots.lot_export, name="lot-export"),
    path(f"{SHOP}lots/<int:pk>/", lots.lot_page, name="lot-detail"),
    path(f"{SHOP}lots/<int:pk>/edit/", lots.lot_edit, name="lot-edit"),
    path(f"{SHOP}product/<int:pk>/", views.product_stock, name="product-stock"),
    path(f"{SHOP}warehouses/", views.warehouse_list_page, name="warehouse-list"),
    path(f"{SHOP}warehouses/new/", views.warehouse_new, name="warehouse-new"),
    path(f"{SHOP}warehouses/<int:pk>/", views.warehouse_edit, name="warehouse-edit"),
    path(f"{SHOP}transfers/", transfers.transfer_list_page, name="transfer-list"),
    path(f"{SHOP}transfers/export.csv", transfers.transfer_export, name="transfer-export"),
    path(f"{SHOP}transfers/new/", transfers.transfer_new, name="transfer-new"),
    path(f"{SHOP}transfers/<int:pk>/", transfers.transfer_detail, name="transfer-detail"),
    path(f"{SHOP}transfers/<int:pk>/edit/", transfers.transfer_edit, name="transfer-edit"),
    path(f"{SHOP}transfers/<int:pk>/send/", transfers.transfer_send, name="transfer-send"),
    path(f"{SHOP}transfers/<int:pk>/receive/", transfers.transfer_receive, name="transfer-receive"),
    path(f"{SHOP}transfers/<int:pk>/cancel/", transfers.transfer_cancel, name="transfer-cancel"),
    path(f"{SHOP}counts/", counting.count_list_page, name="count-list"),
    path(f"{SHOP}counts/new/", counting.count_new, name="count-new"),
    path(f"{SHOP}counts/<int:pk>/", counting.count_detail, name="count-detail"),
    path(f"{SHOP}counts/<int:pk>/export.csv", counting.count_export, name="count-export"),
    path(f"{SHOP}counts/<int:pk>/enter/", counting.count_enter, name="count-enter"),
    path(f"{SHOP}counts/<int:pk>/again/", counting.count_again, name="count-again"),
    path(f"{SHOP}counts/<int:pk>/approve/", counting.count_approve, name="count-approve"),
    path(f"{SHOP}counts/<int:pk>/cancel/", counting.count_cancel, name="count-cancel"),
    path(f"{SHOP}rules/", selling.stock_rules, name="stock-rules"),
    path(f"{SHOP}rules/buffers/new/", selling.buffer_new, name="buffer-new"),
    path(f"{SHOP}rules/buffers/<int:pk>/remove/", selling.buffer_remove, name="buffer-remove"),
]
