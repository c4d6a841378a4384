"""Addresses of the pages of points."""

from __future__ import annotations

from django.urls import path

from ecommerce.loyalty import views

CUSTOMER = "m/<slug:merchant>/customers/<int:pk>/"

urlpatterns = [
    path(f"{CUSTOMER}points/panel/", views.of_customer, name="customer-points"),
    path(f"{CUSTOMER}points/", views.ledger, name="customer-ledger"),
    path(f"{CUSTOMER}points/change/", views.change, name="customer-points-change"),
    path(f"{CUSTOMER}points/exchange/", views.exchange, name="customer-points-exchange"),
    path("m/<slug:merchant>/settings/points/", views.rules, name="points-rules"),
]
