import django.db.models.deletion
from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [
        ('analytics', '0035_promotion_drafts'),
        ('ecommerce', '0037_lots_append_only'),
    ]

    operations = [
        migrations.AlterField(
            model_name='productepisode',
            name='product',
            field=models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='episodes', to='ecommerce.product'),
        ),
    ]
