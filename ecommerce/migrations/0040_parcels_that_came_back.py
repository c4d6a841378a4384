import django.db.models.deletion
from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [
        ('accounts', '0008_short_stock'),
        ('ecommerce', '0039_moves_of_shop'),
    ]

    operations = [
        migrations.AddField(
            model_name='shipment',
            name='sent_again_as',
            field=models.ForeignKey(blank=True, db_index=False, help_text='the parcel in which its goods left again after they came back', null=True, on_delete=django.db.models.deletion.SET_NULL, related_name='sent_before', to='ecommerce.shipment'),
        ),
        migrations.AddField(
            model_name='shipment',
            name='taken_back_at',
            field=models.DateTimeField(blank=True, help_text='when its goods, which came back, were counted into stock or written off', null=True),
        ),
    ]
