"""Addresses of listing quality."""

from __future__ import annotations

from django.urls import path

from analytics.quality import views

urlpatterns = [
    path("m/<slug:merchant>/listings/", views.qualities, name="quality-list"),
    path("m/<slug:merchant>/listings/export.csv", views.export, name="quality-export"),
    path("m/<slug:merchant>/products/<int:pk>/quality/", views.product_quality, name="product-quality"),
]
