"""Addresses of market shares."""

from django.urls import path

from analytics.markets import views

urlpatterns = [
    path("m/<slug:merchant>/market-share/", views.share, name="market-share"),
    path("m/<slug:merchant>/market-share/export.csv", views.export, name="share-export"),
    path("m/<slug:merchant>/market-share/run/", views.run, name="share-run"),
    path("m/<slug:merchant>/market-share/progress/<int:job>/", views.progress, name="share-progress"),
    path("m/<slug:merchant>/market-share/runs/", views.runs, name="share-list"),
    path("m/<slug:merchant>/market-share/runs/<int:pk>/", views.detail, name="share-detail"),
]
