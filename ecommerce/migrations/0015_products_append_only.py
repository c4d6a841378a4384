from django.db import migrations

from core.append_only import append_only

BATCH = 2000


def first_prices(apps, schema_editor):
    """A first row for variants that have none, from the day they were made; in batches by key."""
    variant = apps.get_model("ecommerce", "Variant")
    change = apps.get_model("ecommerce", "PriceChange")
    last = 0
    while True:
        rows = list(
            variant._base_manager.filter(pk__gt=last)
            .order_by("pk")
            .values_list("pk", "merchant_id", "price", "created_at")[:BATCH]
        )
        if not rows:
            return
        known = set(
            change._base_manager.filter(variant_id__gt=last, variant_id__lte=rows[-1][0])
            .order_by()
            .values_list("variant_id", flat=True)
            .distinct()
        )
        change._base_manager.bulk_create(
            [
                change(variant_id=pk, merchant_id=merchant, price=price, at=made, source="start")
                for pk, merchant, price, made in rows
                if pk not in known
            ]
        )
        last = rows[-1][0]


class Migration(migrations.Migration):
    dependencies = [("ecommerce", "0014_products")]

    operations = [
        append_only("ecommerce_pricechange"),
        migrations.RunPython(first_prices, migrations.RunPython.noop, elidable=True),
    ]
