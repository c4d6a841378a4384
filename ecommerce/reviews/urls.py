"""Addresses of reviews, below /m/<merchant>/reviews/."""

from django.urls import path

from ecommerce.reviews import views

urlpatterns = [
    path("", views.index, name="review-list"),
    path("export.csv", views.export, name="review-export"),
    path("of-product/<int:pk>/", views.of_product, name="product-reviews"),
    path("of-customer/<int:pk>/", views.of_customer, name="customer-reviews"),
    path("<int:pk>/", views.detail, name="review-detail"),
    path("<int:pk>/reply/", views.reply, name="review-reply"),
]
