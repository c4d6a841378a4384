"""Addresses of batches."""

from django.urls import path

from accounts.batches import views

SHOP = "m/<slug:merchant>/batches/"

urlpatterns = [
    path(SHOP, views.index, name="batch-list"),
    path(f"{SHOP}<int:pk>/", views.detail, name="batch-detail"),
    path(f"{SHOP}<int:pk>/results.csv", views.results_file, name="batch-results"),
    path(f"{SHOP}<int:pk>/files/<int:file_pk>/", views.file, name="batch-file"),
    path(f"{SHOP}<int:pk>/undo/", views.undo, name="batch-undo"),
    path(f"{SHOP}<int:pk>/retry/", views.retry, name="batch-retry"),
    path(f"{SHOP}<int:pk>/stop/", views.stop, name="batch-stop"),
    path(f"{SHOP}<int:pk>/go-on/", views.go_on, name="batch-go-on"),
]
