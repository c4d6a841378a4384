from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [
        ('notifications', '0031_staff_triage'),
    ]

    operations = [
        migrations.AlterField(
            model_name='notification',
            name='reason',
            field=models.CharField(choices=[('role', 'Role'), ('care', 'Care'), ('place', 'Place'), ('own', 'Own'), ('assigned', 'Assigned'), ('deputy', 'Deputy'), ('escalated', 'Escalated')], db_default='role', default='role', max_length=10),
        ),
        migrations.AlterField(
            model_name='staffnotice',
            name='reason',
            field=models.CharField(choices=[('role', 'Role'), ('care', 'Care'), ('place', 'Place'), ('own', 'Own'), ('assigned', 'Assigned'), ('deputy', 'Deputy'), ('escalated', 'Escalated')], db_default='role', default='role', max_length=10),
        ),
    ]
