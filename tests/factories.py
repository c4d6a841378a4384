"""Rows for tests. Each factory makes the least that is valid; tenant rows need a merchant in scope."""

from __future__ import annotations

from decimal import Decimal

import factory
from factory.django import DjangoModelFactory

from accounts.models import Merchant, User
from ecommerce.models import Category, Customer, Order, OrderLine, Product, Supplier, Variant, Warehouse


class UserFactory(DjangoModelFactory):
    class Meta:
        model = User
        skip_postgeneration_save = True

    email = factory.Sequence(lambda n: f"person{n}@example.com")
    name = factory.Sequence(lambda n: f"Person {n}")
    password = factory.django.Password("correct horse battery")


class MerchantFactory(DjangoModelFactory):
    class Meta:
        model = Merchant

    name = factory.Sequence(lambda n: f"Shop {n}")
    slug = factory.Sequence(lambda n: f"shop-{n}")
    state = Merchant.State.ACTIVE
    currency = "CNY"
    time_zone = "Asia/Shanghai"


class CategoryFactory(DjangoModelFactory):
    class Meta:
        model = Category
        django_get_or_create = ("code",)

    code = "teaware"
    name = "Teaware"
    name_zh = "茶具"
    path = factory.SelfAttribute("code")


class ProductFactory(DjangoModelFactory):
    class Meta:
        model = Product

    title = factory.Sequence(lambda n: f"Gaiwan {n}")
    category = factory.SubFactory(CategoryFactory)
    state = Product.State.LIVE


class VariantFactory(DjangoModelFactory):
    class Meta:
        model = Variant

    product = factory.SubFactory(ProductFactory)
    sku = factory.Sequence(lambda n: f"SKU-{n}")
    price = Decimal("168.00")


class WarehouseFactory(DjangoModelFactory):
    class Meta:
        model = Warehouse

    name = "Hangzhou"
    code = factory.Sequence(lambda n: f"W{n}")


class SupplierFactory(DjangoModelFactory):
    class Meta:
        model = Supplier

    name = factory.Sequence(lambda n: f"Kiln {n}")
    code = factory.Sequence(lambda n: f"K{n}")
    currency = "CNY"


class CustomerFactory(DjangoModelFactory):
    class Meta:
        model = Customer

    name = factory.Sequence(lambda n: f"Buyer {n}")
    email = factory.Sequence(lambda n: f"buyer{n}@example.com")


class OrderFactory(DjangoModelFactory):
    """A paid order of one line, as if placed by hand; use the actions where the way it came matters."""

    class Meta:
        model = Order
        skip_postgeneration_save = True

    number = factory.Sequence(lambda n: str(10000 + n))
    customer = factory.SubFactory(CustomerFactory)
    buyer_name = factory.SelfAttribute("customer.name")
    buyer_email = factory.SelfAttribute("customer.email")
    currency = "CNY"
    state = Order.State.PAID
    payment_state = Order.PaymentState.PAID
    subtotal = total = paid_total = Decimal("168.00")
    units = 1


class OrderLineFactory(DjangoModelFactory):
    class Meta:
        model = OrderLine

    order = factory.SubFactory(OrderFactory)
    variant = factory.SubFactory(VariantFactory)
    sku = factory.SelfAttribute("variant.sku")
    title = factory.SelfAttribute("variant.product.title")
    quantity = 1
    unit_price = total = Decimal("168.00")
