"""Addresses of track records."""

from django.urls import path

from analytics.accuracy import views

urlpatterns = [
    path("m/<slug:merchant>/accuracy/", views.index, name="accuracy"),
    path("m/<slug:merchant>/accuracy/export.csv", views.export, name="accuracy-export"),
    path("m/<slug:merchant>/accuracy/own-figures/", views.overrides, name="override-list"),
    path("m/<slug:merchant>/accuracy/own-figures/new/", views.override, name="override-new"),
    path("staff/accuracy/", views.staff, name="staff-accuracy"),
    path("staff/accuracy/count/", views.staff_count, name="staff-accuracy-count"),
]
