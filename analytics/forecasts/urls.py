"""Addresses of forecasts."""

from django.urls import path

from analytics.forecasts import views

urlpatterns = [
    path("m/<slug:merchant>/sales-forecast/", views.sales, name="forecast-sales"),
    path("m/<slug:merchant>/sales-forecast/export.csv", views.export, name="forecast-export"),
    path("m/<slug:merchant>/sales-forecast/progress/<int:job>/", views.progress, name="forecast-progress"),
    path("m/<slug:merchant>/sales-forecast/run/", views.run, name="forecast-run"),
    path("m/<slug:merchant>/sales-forecast/runs/", views.runs, name="forecast-list"),
    path("m/<slug:merchant>/sales-forecast/runs/<int:pk>/", views.detail, name="forecast-detail"),
]
