"""Addresses of the figures of stock."""

from __future__ import annotations

from django.urls import path

from analytics.holdings import views

HERE = "m/<slug:merchant>/stock-figures/"

urlpatterns = [
    path(HERE, views.holdings, name="holding-list"),
    path(f"{HERE}export.csv", views.export, name="holding-export"),
    path(f"{HERE}classes/", views.classes, name="holding-classes"),
]
