"""Addresses of promotions."""

from django.urls import path

from analytics.promotions import draft_views, views

urlpatterns = [
    path("m/<slug:merchant>/promotions/", views.promotions, name="promotion-list"),
    path("m/<slug:merchant>/promotions/plan/", views.plan, name="promotion-plan"),
    path("m/<slug:merchant>/promotions/export/", views.export_list, name="promotion-list-export"),
    path("m/<slug:merchant>/promotions/drafts/<int:pk>/", draft_views.detail, name="promotiondraft-detail"),
    path("m/<slug:merchant>/promotions/drafts/<int:pk>/adopt/", draft_views.adopt, name="promotiondraft-adopt"),
    path("m/<slug:merchant>/promotions/drafts/<int:pk>/delete/", draft_views.delete, name="promotiondraft-delete"),
    path("m/<slug:merchant>/promotions/uplift/", views.uplift, name="promotion-uplift"),
    path("m/<slug:merchant>/promotions/uplift/export/", views.export_uplift, name="promotion-uplift-export"),
    path("m/<slug:merchant>/promotions/<int:pk>/", views.detail, name="promotion-detail"),
    path("m/<slug:merchant>/promotions/<int:pk>/export/", views.export_weeks, name="promotion-weeks-export"),
    path("m/<slug:merchant>/promotions/<int:pk>/stock/", views.export_needs, name="promotion-needs-export"),
]
