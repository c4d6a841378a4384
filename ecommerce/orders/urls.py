"""Addresses of orders, below /m/<merchant>/orders/."""

from django.urls import path

from ecommerce.orders.views import bulk, changing, lots, pages, panels, papers, risks, steps

urlpatterns = [
    path("", pages.index, name="order-list"),
    path("export.csv", pages.export, name="order-export"),
    path("new/", pages.new, name="order-new"),
    path("confirm/", bulk.confirm_many, name="order-confirm-many"),
    path("pack/", bulk.pack_many, name="order-pack-many"),
    path("cancel/", bulk.cancel_many, name="order-cancel-many"),
    path("tag/", bulk.tag_many, name="order-tag-many"),
    path("packing-slips/", bulk.slips_many, name="order-slips-many"),
    path("invoices/", bulk.invoices_many, name="order-invoices-many"),
    path("of-customer/<int:pk>/", panels.of_customer, name="customer-orders"),
    path("of-product/<int:pk>/", panels.of_product, name="product-orders"),
    path("of-lot/<int:pk>/", lots.of_lot, name="lot-orders"),
    path("of-lot/<int:pk>/export.csv", lots.export, name="lot-orders-export"),
    path("risk-rules/", risks.rules, name="order-risk-rules"),
    path("<str:number>/", pages.detail, name="order-detail"),
    path("<str:number>/confirm/", steps.confirm, name="order-confirm"),
    path("<str:number>/pay/", steps.pay, name="order-pay"),
    path("<str:number>/pack/", steps.pack, name="order-pack"),
    path("<str:number>/hold/", steps.hold, name="order-hold"),
    path("<str:number>/release/", steps.release, name="order-release"),
    path("<str:number>/cancel/", steps.cancel, name="order-cancel"),
    path("<str:number>/refund/", steps.refund, name="order-refund"),
    path("<str:number>/edit/", changing.edit, name="order-edit"),
    path("<str:number>/split/", changing.split, name="order-split"),
    path("<str:number>/duplicate/", changing.duplicate, name="order-duplicate"),
    path("<str:number>/slip.pdf", papers.slip, name="order-slip"),
    path("<str:number>/invoice/", papers.invoice, name="order-invoice"),
    path("<str:number>/invoice/<int:invoice>.pdf", papers.invoice_file, name="order-invoice-file"),
    path("<str:number>/fine/", risks.fine, name="order-fine"),
    path("<str:number>/tag/", bulk.tag, name="order-tag"),
    path("<str:number>/untag/", bulk.untag, name="order-untag"),
    path("<str:number>/note/", steps.note, name="order-note"),
]
