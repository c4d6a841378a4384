"""API tokens: /m/<merchant>/settings/tokens/."""

from __future__ import annotations

from django.urls import path

from accounts.tokens import views

urlpatterns = [
    path("leaked-token/", views.report, name="token-report"),
    path("m/<slug:merchant>/settings/tokens/", views.index, name="token-list"),
    path("m/<slug:merchant>/settings/tokens/new/", views.new, name="token-new"),
    path("m/<slug:merchant>/settings/tokens/<int:pk>/replace/", views.replace, name="token-replace"),
    path("m/<slug:merchant>/settings/tokens/<int:pk>/revoke/", views.revoke, name="token-revoke"),
]
