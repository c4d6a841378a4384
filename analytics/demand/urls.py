"""Addresses of demand forecasts."""

from __future__ import annotations

from django.urls import path

from analytics.demand import run_views, views

SHOP = "m/<slug:merchant>/demand/"

urlpatterns = [
    path(SHOP, views.index, name="demand-list"),
    path(f"{SHOP}export.csv", views.export, name="demand-export"),
    path(f"{SHOP}run/", run_views.run, name="demand-run"),
    path(f"{SHOP}progress/", run_views.progress, name="demand-progress"),
    path(f"{SHOP}terms/", views.shop_terms, name="demand-terms"),
    path(f"{SHOP}runs/", run_views.runs, name="demandrun-list"),
    path(f"{SHOP}runs/<int:pk>/", run_views.detail, name="demandrun-detail"),
    path(f"{SHOP}runs/<int:pk>/cancel/", run_views.cancel, name="demandrun-cancel"),
    path(f"{SHOP}product/<int:pk>/", views.product_demand, name="product-demand"),
    path(f"{SHOP}<int:pk>/", views.detail, name="demand-detail"),
    path(f"{SHOP}<int:pk>/panel/", views.stock_demand, name="stock-demand"),
    path(f"{SHOP}<int:pk>/terms/", views.variant_terms, name="demand-variant-terms"),
    path(f"{SHOP}<int:pk>/export.csv", views.detail_export, name="demand-detail-export"),
]
