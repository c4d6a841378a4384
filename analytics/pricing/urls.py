"""Address of the panel of prices and sales."""

from __future__ import annotations

from django.urls import path

from analytics.pricing import views

urlpatterns = [
    path("m/<slug:merchant>/products/<int:pk>/prices/", views.product_prices, name="product-prices"),
]
