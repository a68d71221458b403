"""The application that a server such as gunicorn runs: `gunicorn firstdose.web.project.wsgi`."""

from __future__ import annotations

import os

from django.core.wsgi import get_wsgi_application

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "firstdose.web.project.settings")
application = get_wsgi_application()
