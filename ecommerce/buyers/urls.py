"""Addresses of the buyers' pages, below /b/."""

from django.urls import path

from ecommerce.buyers import complaining, returning, reviewing, views

urlpatterns = [
    path("<str:token>/", views.track, name="buyer-track"),
    path("<str:token>/complaint/", complaining.complaint_page, name="buyer-complaint"),
    path("<str:token>/return/", returning.return_page, name="buyer-return"),
    path("<str:token>/return/photos/<int:pk>/", returning.return_photo, name="buyer-return-photo"),
    path("<str:token>/return/<int:pk>/rating/", returning.return_rating, name="buyer-return-rating"),
    path("<str:token>/review/", reviewing.review_page, name="buyer-review"),
]
