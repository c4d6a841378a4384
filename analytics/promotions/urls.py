"""Addresses of promotions."""

from django.urls import path

from analytics.promotions import views

urlpatterns = [
    path("m/<slug:merchant>/promotions/", views.promotions, name="promotion-list"),
    path("m/<slug:merchant>/promotions/plan/", views.plan, name="promotion-plan"),
    path("m/<slug:merchant>/promotions/<int:pk>/", views.detail, name="promotion-detail"),
]
