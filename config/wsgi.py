"""The entry point of the web servers.

Everything is loaded here, before a server that is told to (`--preload`) forks, so that its workers share it.
"""

import gc
import os
import sys

from django.conf import settings
from django.core.wsgi import get_wsgi_application
from django.urls import get_resolver
from django.utils.translation.trans_real import translation as catalogue

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "config.settings")
# Django REST framework loads these wherever they are there, up to 9 MB each, though no web process needs them.
needless = {"pygments", "requests"}
if settings.DATABASES["default"]["ENGINE"].endswith("sqlite3"):
    needless.add("psycopg")
needless -= sys.modules.keys()
sys.modules.update(dict.fromkeys(needless))  # type: ignore[arg-type]
application = get_wsgi_application()
get_resolver().url_patterns  # noqa: B018 - imports every view
for _language, _name in settings.LANGUAGES:
    catalogue(_language)
for _name in needless:
    del sys.modules[_name]
gc.collect()
gc.freeze()  # a collection would write to what is shared, and so copy it
