"""The address of a burst of complaints."""

from __future__ import annotations

from django.urls import path

from analytics.episodes import views

urlpatterns = [
    path("m/<slug:merchant>/complaint-bursts/<int:pk>/", views.burst, name="burst-detail"),
]
