"""Addresses of saved views and chosen columns."""

from django.urls import path

from accounts.saved import views

SHOP = "m/<slug:merchant>/views/"

urlpatterns = [
    path(f"{SHOP}<int:pk>/change/", views.change, name="view-change"),
    path(f"{SHOP}<int:pk>/delete/", views.delete, name="view-delete"),
    path(f"{SHOP}<int:pk>/restore/", views.restore, name="view-restore"),
    path(f"{SHOP}of-<slug:section>/", views.manage, name="view-manage"),
    path(f"{SHOP}of-<slug:section>/save/", views.save, name="view-save"),
    path(f"{SHOP}of-<slug:section>/default/", views.default, name="view-default"),
    path(f"{SHOP}of-<slug:section>/columns/", views.columns, name="view-columns"),
]
