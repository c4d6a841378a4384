"""Addresses of parcels, below /m/<merchant>/."""

from django.urls import path

from ecommerce.fulfilment import ship_many, views

urlpatterns = [
    path("orders/ship/", ship_many.ship_many, name="order-ship-many"),
    path("orders/<str:number>/ship/", views.ship, name="order-ship"),
    path("shipments/", views.index, name="shipment-list"),
    path("shipments/export.csv", views.export, name="shipment-export"),
    path("shipments/<int:pk>/", views.detail, name="shipment-detail"),
    path("shipments/<int:pk>/tracking/", views.tracking, name="shipment-tracking"),
    path("shipments/<int:pk>/report/", views.report, name="shipment-report"),
    path("shipments/<int:pk>/deliver/", views.deliver, name="shipment-deliver"),
]
