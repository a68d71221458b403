"""Settings of the tests: the site's own, with a study folder and a key that last as long as the tests."""

import os
import tempfile

os.environ.setdefault("FIRSTDOSE_STUDY", tempfile.mkdtemp(prefix="firstdose-tests-"))
os.environ.setdefault("FIRSTDOSE_SECRET_KEY", "only for tests: " + "x" * 50)

from firstdose.web.project.settings import *  # noqa: F403

PASSWORD_HASHERS = ["django.contrib.auth.hashers.MD5PasswordHasher"]  # quick; the site itself uses Argon2
EMAIL_BACKEND = "django.core.mail.backends.locmem.EmailBackend"
ACCOUNT_RATE_LIMITS = False

(KEPT / "static").mkdir(parents=True, exist_ok=True)  # noqa: F405, whitenoise warns where it is missing
