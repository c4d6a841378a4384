"""Addresses of parcels, below /m/<merchant>/."""

from django.urls import path

from ecommerce.fulfilment import ship_many
from ecommerce.fulfilment.views import carriers, cases, parcels, promises, uploads

urlpatterns = [
    path("orders/ship/", ship_many.ship_many, name="order-ship-many"),
    path("orders/ship/lines.csv", ship_many.lines, name="order-ship-lines"),
    path("orders/<str:number>/ship/", parcels.ship, name="order-ship"),
    path("shipments/", parcels.index, name="shipment-list"),
    path("shipments/export.csv", parcels.export, name="shipment-export"),
    path("shipments/<int:pk>/", parcels.detail, name="shipment-detail"),
    path("shipments/<int:pk>/tracking/", parcels.tracking, name="shipment-tracking"),
    path("shipments/<int:pk>/report/", parcels.report, name="shipment-report"),
    path("shipments/<int:pk>/deliver/", parcels.deliver, name="shipment-deliver"),
    path("shipments/cases/", cases.index, name="parcel-case-list"),
    path("shipments/cases/export.csv", cases.export, name="parcel-case-export"),
    path("shipments/cases/<int:pk>/", cases.detail, name="parcel-case-detail"),
    path("shipments/cases/<int:pk>/handle/", cases.handle, name="parcel-case-handle"),
    path("shipments/cases/<int:pk>/close/", cases.close, name="parcel-case-close"),
    path("shipments/cases/<int:pk>/address/", cases.address, name="parcel-case-address"),
    path("shipments/cases/<int:pk>/again/", cases.again, name="parcel-case-again"),
    path("shipments/cases/<int:pk>/take-back/", cases.take_back, name="parcel-case-take-back"),
    path("shipments/cases/<int:pk>/came-back/", cases.came_back, name="parcel-case-came-back"),
    path("shipments/reports/", uploads.new, name="trackingupload-new"),
    path("shipments/reports/<int:pk>/", uploads.detail, name="trackingupload-detail"),
    path("shipments/reports/<int:pk>/progress/", uploads.progress, name="trackingupload-progress"),
    path("shipments/reports/<int:pk>/bad.csv", uploads.bad_rows, name="trackingupload-bad"),
    path("carriers/", carriers.index, name="carrier-list"),
    path("carriers/export.csv", carriers.export, name="carrier-export"),
    path("carriers/regions/", promises.index, name="carrier-promises"),
    path("carriers/regions/export.csv", promises.export, name="carrier-promises-export"),
    path("carriers/new/", carriers.new, name="carrier-new"),
    path("carriers/<int:pk>/", carriers.detail, name="carrier-detail"),
    path("carriers/<int:pk>/edit/", carriers.edit, name="carrier-edit"),
    path("carriers/<int:pk>/regions.csv", carriers.detail_export, name="carrier-regions-export"),
]
