"""Applications, the shop's own settings, and the staff's pages about merchants."""

from __future__ import annotations

from django.urls import path

from accounts.merchants import views

urlpatterns = [
    path("apply/", views.apply, name="merchant-apply"),
    path("apply/sent/", views.applied, name="merchant-applied"),
    path("m/<slug:merchant>/settings/shop/", views.settings, name="shop-settings"),
    path("m/<slug:merchant>/settings/hours/", views.hours, name="shop-hours"),
    path("m/<slug:merchant>/settings/shop/holiday/", views.holiday, name="shop-holiday"),
    path("shops/", views.shops, name="shops"),
    path("shops/<int:pk>/again/", views.apply_again, name="merchant-apply-again"),
    path("staff/merchants/", views.index, name="staff-merchants"),
    path("staff/merchants/<int:pk>/", views.detail, name="staff-merchant"),
    path("staff/merchants/<int:pk>/<slug:decision>/", views.decide, name="staff-merchant-decide"),
]
