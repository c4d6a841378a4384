"""Addresses of the pages of restocking."""

from __future__ import annotations

from django.urls import path

from analytics.restock import views

urlpatterns = [
    path("m/<slug:merchant>/restock/order/", views.restock_order, name="restock-order"),
    path("m/<slug:merchant>/restock/dismiss/<int:pk>/", views.restock_dismiss, name="restock-dismiss"),
    path("m/<slug:merchant>/restock/supplier/<int:pk>/", views.restock_choose, name="restock-choose"),
    path("m/<slug:merchant>/restock/supplier/<int:pk>/back/", views.restock_choice_back, name="restock-choice-back"),
    path("m/<slug:merchant>/restock/record/", views.restock_record, name="restock-record"),
]
