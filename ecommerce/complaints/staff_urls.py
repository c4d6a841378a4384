"""Addresses of the moderators' workbench for complaints, below /staff/complaints/."""

from django.urls import path

from ecommerce.complaints import workbench

urlpatterns = [
    path("", workbench.index, name="staff-complaints"),
    path("<int:pk>/", workbench.item, name="staff-complaint"),
    path("<int:pk>/decide/", workbench.decide, name="staff-complaint-decide"),
    path("<int:pk>/take-up/", workbench.take_up, name="staff-complaint-take-up"),
    path("<int:pk>/message/", workbench.message, name="staff-complaint-write"),
    path("<int:pk>/note/", workbench.note, name="staff-complaint-note"),
]
