"""Addresses of the import wizard."""

from django.urls import path

from ecommerce.imports import views

urlpatterns = [
    path("m/<slug:merchant>/imports/", views.index, name="import-list"),
    path("m/<slug:merchant>/imports/new/", views.new, name="import-new"),
    path("m/<slug:merchant>/imports/template.csv", views.template_file, name="import-template"),
    path("m/<slug:merchant>/imports/prices.csv", views.price_template_file, name="import-price-template"),
    path("m/<slug:merchant>/suppliers/<int:pk>/prices/import/", views.new_prices, name="supplier-pricing-import"),
    path("m/<slug:merchant>/imports/<int:pk>/", views.detail, name="import-detail"),
    path("m/<slug:merchant>/imports/<int:pk>/progress/", views.progress, name="import-progress"),
    path("m/<slug:merchant>/imports/<int:pk>/columns/", views.mapping, name="import-columns"),
    path("m/<slug:merchant>/imports/<int:pk>/start/", views.start, name="import-start"),
    path("m/<slug:merchant>/imports/<int:pk>/bad-rows.csv", views.bad_rows, name="import-bad-rows"),
]
