"""Addresses of operations."""

from django.urls import path

from accounts.operations import views

urlpatterns = [
    path("m/<slug:merchant>/jobs/<int:pk>/progress/", views.job_progress, name="job-progress"),
    path("staff/operations/", views.index, name="operations"),
    path("staff/operations/retry/", views.retry_all, name="operations-retry-all"),
    path("staff/operations/<int:pk>/retry/", views.retry, name="operations-retry"),
]
