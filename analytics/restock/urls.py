"""Addresses of the pages of restocking."""

from __future__ import annotations

from django.urls import path

from analytics.restock import views

urlpatterns = [path("m/<slug:merchant>/restock/order/", views.restock_order, name="restock-order")]
