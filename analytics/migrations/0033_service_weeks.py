import django.db.models.deletion
import django.utils.timezone
from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [
        ('accounts', '0008_short_stock'),
        ('analytics', '0032_variant_pace'),
    ]

    operations = [
        migrations.AddField(
            model_name='demandoutlook',
            name='aim',
            field=models.FloatField(help_text='the level its reorder point is made at', null=True),
        ),
        migrations.CreateModel(
            name='ServiceWeek',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('abc', models.CharField(max_length=1)),
                ('week', models.DateField()),
                ('variants', models.PositiveIntegerField(default=0)),
                ('kept', models.FloatField(default=0)),
                ('unordered', models.PositiveIntegerField(default=0)),
                ('level', models.FloatField()),
                ('weeks', models.FloatField(default=1)),
                ('score', models.FloatField()),
                ('made_at', models.DateTimeField(default=django.utils.timezone.now)),
                ('merchant', models.ForeignKey(editable=False, on_delete=django.db.models.deletion.CASCADE, related_name='+', to='accounts.merchant')),
            ],
            options={
                'ordering': ['-week', 'abc'],
                'constraints': [models.UniqueConstraint(fields=('merchant', 'week', 'abc'), name='service_week_once')],
            },
        ),
    ]
