"""Addresses of complaints, below /m/<merchant>/complaints/."""

from django.urls import path

from ecommerce.complaints import views

urlpatterns = [
    path("", views.index, name="complaint-list"),
    path("export.csv", views.export, name="complaint-export"),
    path("of-customer/<int:pk>/", views.of_customer, name="customer-complaints"),
    path("<str:number>/", views.detail, name="complaint-detail"),
    path("<str:number>/answer/", views.answer, name="complaint-answer"),
    path("<str:number>/message/", views.message, name="complaint-write"),
    path("<str:number>/note/", views.note, name="complaint-note"),
    path("<str:number>/escalate/", views.escalate, name="complaint-escalate"),
    path("<str:number>/appeal/", views.appeal, name="complaint-appeal"),
]
