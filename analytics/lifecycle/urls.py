"""Addresses of the life of products."""

from __future__ import annotations

from django.urls import path

from analytics.lifecycle import views

HERE = "m/<slug:merchant>/life-cycle/"

urlpatterns = [
    path(HERE, views.stages, name="lifecycle-list"),
    path(f"{HERE}export.csv", views.export, name="lifecycle-export"),
    path("m/<slug:merchant>/products/<int:pk>/life-cycle/", views.product_stage, name="product-life-cycle"),
    path(f"{HERE}answers/", views.decisions, name="lifecycle-decision-list"),
    path(f"{HERE}<int:pk>/", views.detail, name="lifecycle-detail"),
    path(f"{HERE}<int:pk>/accept/", views.accept, name="lifecycle-accept"),
    path(f"{HERE}<int:pk>/dismiss/", views.dismiss, name="lifecycle-dismiss"),
]
