"""Addresses of questions, below /m/<merchant>/questions/."""

from django.urls import path

from ecommerce.questions import views

urlpatterns = [
    path("", views.index, name="question-list"),
    path("export.csv", views.export, name="question-export"),
    path("of-product/<int:pk>/", views.of_product, name="product-questions"),
    path("of-product/<int:pk>/ask/", views.ask, name="product-question-ask"),
    path("<int:pk>/", views.detail, name="question-detail"),
    path("<int:pk>/answer/", views.answer, name="question-answer"),
]
