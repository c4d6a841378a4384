"""Addresses of returns, below /m/<merchant>/."""

from django.urls import path

from ecommerce.returns import views

urlpatterns = [
    path("orders/<str:number>/return/", views.new, name="order-return"),
    path("orders/<str:number>/returns/", views.of_order, name="order-returns"),
    path("returns/", views.index, name="return-list"),
    path("returns/export.csv", views.export, name="return-export"),
    path("returns/reasons/", views.reasons, name="return-reasons"),
    path("returns/reasons/export.csv", views.reasons_export, name="return-reasons-export"),
    path("returns/reasons/suppliers/", views.reasons_suppliers, name="return-reasons-suppliers"),
    path(
        "returns/reasons/suppliers/export.csv", views.reasons_suppliers_export, name="return-reasons-suppliers-export"
    ),
    path("returns/<str:number>/", views.detail, name="return-detail"),
    path("returns/<str:number>/approve/", views.approve, name="return-approve"),
    path("returns/<str:number>/refuse/", views.refuse, name="return-refuse"),
    path("returns/<str:number>/receive/", views.receive, name="return-receive"),
    path("returns/<str:number>/settle/", views.settle, name="return-settle"),
    path("returns/<str:number>/send-back/", views.send_back, name="return-send-back"),
    path("returns/<str:number>/cancel/", views.cancel, name="return-cancel"),
    path("returns/<str:number>/photos/", views.photos, name="return-photos"),
    path("returns/<str:number>/photos/erase/", views.erase_photos, name="return-photos-erase"),
    path("returns/<str:number>/photos/<int:pk>/", views.photo, name="return-photo"),
]
