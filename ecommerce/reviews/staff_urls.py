"""Addresses of the moderators' workbench for reviews, below /staff/reviews/."""

from django.urls import path

from ecommerce.reviews import workbench

urlpatterns = [
    path("", workbench.index, name="staff-reviews"),
    path("<int:pk>/", workbench.item, name="staff-review"),
    path("<int:pk>/publish/", workbench.publish, name="staff-review-publish"),
    path("<int:pk>/hide/", workbench.hide, name="staff-review-hide"),
    path("<int:pk>/ask/", workbench.ask, name="staff-review-ask"),
    path("<int:pk>/undo/", workbench.undo, name="staff-review-undo"),
]
