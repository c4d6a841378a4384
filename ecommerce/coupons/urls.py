"""Addresses of the coupon pages."""

from __future__ import annotations

from django.urls import path

from ecommerce.coupons import views

SHOP = "m/<slug:merchant>/coupons/"

urlpatterns = [
    path(SHOP, views.coupon_list_page, name="coupon-list"),
    path(f"{SHOP}export.csv", views.coupon_export, name="coupon-export"),
    path(f"{SHOP}new/", views.coupon_new, name="coupon-new"),
    path(f"{SHOP}many/", views.coupons_for_many, name="coupon-many"),
    path(f"{SHOP}<int:pk>/", views.coupon_detail, name="coupon-detail"),
    path(f"{SHOP}<int:pk>/withdraw/", views.coupon_withdraw, name="coupon-withdraw"),
]
