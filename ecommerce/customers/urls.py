"""Addresses of the customer pages."""

from __future__ import annotations

from django.urls import path

from ecommerce.customers import views

SHOP = "m/<slug:merchant>/customers/"

urlpatterns = [
    path(SHOP, views.customer_list_page, name="customer-list"),
    path(f"{SHOP}export.csv", views.customer_export, name="customer-export"),
    path(f"{SHOP}new/", views.customer_new, name="customer-new"),
    path(f"{SHOP}<int:pk>/", views.customer_detail, name="customer-detail"),
    path(f"{SHOP}<int:pk>/edit/", views.customer_edit, name="customer-edit"),
    path(f"{SHOP}<int:pk>/tag/", views.customer_tag, name="customer-tag"),
    path(f"{SHOP}<int:pk>/untag/", views.customer_untag, name="customer-untag"),
    path(f"{SHOP}<int:pk>/consent/", views.customer_consent, name="customer-consent"),
]
