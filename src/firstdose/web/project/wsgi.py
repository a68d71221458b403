"""The application that a server such as gunicorn runs: `gunicorn firstdose.web.project.wsgi`."""

from __future__ import annotations

import gc
import os

from django.core.wsgi import get_wsgi_application

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "firstdose.web.project.settings")
application = get_wsgi_application()
# What a server holds it keeps. Looking through all of it for garbage takes longer than a save, and whoever saves just then
# would wait for it: it happens rarely, and never over what was loaded at the start.
gc.collect()
gc.freeze()
gc.set_threshold(20_000, 20, 20)
