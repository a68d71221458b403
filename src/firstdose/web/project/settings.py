"""Settings, all from the environment: FIRSTDOSE_STUDY (folder), DATABASE_URL, FIRSTDOSE_HOSTS, FIRSTDOSE_BEHIND_PROXY.

FIRSTDOSE_MFA=off leaves out the second factor, for a rehearsal on this computer alone; every page says so.

What is kept lies in STUDY/capture: the SQLite database, the secret key, the key that signs anchors, photographs.
"""

from __future__ import annotations

import os
from pathlib import Path

from csp.constants import NONE, SELF
from django.core.exceptions import ImproperlyConfigured
from django.utils.translation import gettext_lazy as _

from firstdose.web.project.places import database_of, secret_of

HERE = Path(__file__).parent
STUDY = Path(os.environ.get("FIRSTDOSE_STUDY", ".")).resolve()
KEPT = STUDY / "capture"
BEHIND_PROXY = os.environ.get("FIRSTDOSE_BEHIND_PROXY") == "1"  # then https is compulsory
SECRET_KEY = secret_of(KEPT)
DEBUG = False
ALLOWED_HOSTS = os.environ.get("FIRSTDOSE_HOSTS", "localhost,127.0.0.1,[::1]").split(",")
MFA_REQUIRED = os.environ.get("FIRSTDOSE_MFA") != "off"
if not MFA_REQUIRED and (BEHIND_PROXY or not set(ALLOWED_HOSTS) <= {"localhost", "127.0.0.1", "[::1]"}):
    raise ImproperlyConfigured("FIRSTDOSE_MFA=off is for a rehearsal on this computer alone. Leave it out.")
CSRF_TRUSTED_ORIGINS = [f"https://{host}" for host in ALLOWED_HOSTS if BEHIND_PROXY]

INSTALLED_APPS = [
    "django.contrib.auth",
    "django.contrib.contenttypes",
    "django.contrib.sessions",
    "django.contrib.messages",
    "django.contrib.staticfiles",
    "django.contrib.humanize",
    "allauth",
    "allauth.account",
    "allauth.mfa",
    "django_htmx",
    "csp",
    "firstdose.web.audit",
    "firstdose.web.accounts",
    "firstdose.web.trail",
    "firstdose.web.capture",
    "firstdose.web.review",
    "firstdose.web.safety",
    "firstdose.web.exports",
    "firstdose.web.project",
]
MIDDLEWARE = [
    "django.middleware.security.SecurityMiddleware",
    "firstdose.web.project.gzipped.GzippedStatic",
    "whitenoise.middleware.WhiteNoiseMiddleware",
    "csp.middleware.CSPMiddleware",
    "django.contrib.sessions.middleware.SessionMiddleware",
    "django.middleware.locale.LocaleMiddleware",
    "django.middleware.common.CommonMiddleware",
    "firstdose.web.accounts.hardening.Hardened",
    "django.middleware.csrf.CsrfViewMiddleware",
    "django.contrib.auth.middleware.AuthenticationMiddleware",
    "django.contrib.messages.middleware.MessageMiddleware",
    "django.middleware.clickjacking.XFrameOptionsMiddleware",
    "allauth.account.middleware.AccountMiddleware",
    "django_htmx.middleware.HtmxMiddleware",
    "firstdose.web.project.language.PersonsLanguage",
    "firstdose.web.accounts.sessions.Limits",
    "firstdose.web.accounts.sessions.SecondFactor",
    "firstdose.web.accounts.standing.StandingOfRequest",
    "firstdose.web.accounts.looks.LooksAtDose",
]
ROOT_URLCONF = "firstdose.web.project.urls"
WSGI_APPLICATION = "firstdose.web.project.wsgi.application"
TEMPLATES = [
    {
        "BACKEND": "django.template.backends.django.DjangoTemplates",
        "DIRS": [HERE / "templates"],
        "APP_DIRS": True,
        "OPTIONS": {
            "context_processors": [
                "django.template.context_processors.request",
                "django.contrib.auth.context_processors.auth",
                "firstdose.web.accounts.notices.messages",
                "django.template.context_processors.i18n",
                "firstdose.web.project.frame.frame",
            ],
        },
    }
]

DATABASES = {"default": database_of(os.environ.get("DATABASE_URL", ""), KEPT)}
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"

AUTH_USER_MODEL = "accounts.Person"
AUTHENTICATION_BACKENDS = ["allauth.account.auth_backends.AuthenticationBackend"]
PASSWORD_HASHERS = ["django.contrib.auth.hashers.Argon2PasswordHasher"]
AUTH_PASSWORD_VALIDATORS = [
    {"NAME": "django.contrib.auth.password_validation.UserAttributeSimilarityValidator"},
    {"NAME": "django.contrib.auth.password_validation.MinimumLengthValidator", "OPTIONS": {"min_length": 12}},
    {"NAME": "django.contrib.auth.password_validation.CommonPasswordValidator"},
    {"NAME": "django.contrib.auth.password_validation.NumericPasswordValidator"},
]
ACCOUNT_ADAPTER = "firstdose.web.accounts.adapter.Adapter"
ACCOUNT_USER_MODEL_USERNAME_FIELD = None
ACCOUNT_LOGIN_METHODS = {"email"}
ACCOUNT_SIGNUP_FIELDS = ["email*", "password1*"]
ACCOUNT_EMAIL_VERIFICATION = "none"
ACCOUNT_LOGOUT_ON_PASSWORD_CHANGE = True
ACCOUNT_REAUTHENTICATION_TIMEOUT = 300
# A second line; accounts.lockout, five failures of an account, is the first. A clinic stands behind one address: fifty people
# come in within a minute of the morning, each by password and code, and some mistype.
ACCOUNT_RATE_LIMITS = {"login": "240/m/ip", "login_failed": "10/15m/key,100/15m/ip"}
ACCOUNT_SESSION_REMEMBER = False
MFA_ADAPTER = "firstdose.web.accounts.adapter.FactorAdapter"
MFA_FORMS = {
    "activate_totp": "firstdose.web.accounts.forms.ActivateForm",
    "authenticate": "firstdose.web.accounts.forms.AuthenticateForm",
    "reauthenticate": "firstdose.web.accounts.forms.ReauthenticateForm",
}
MFA_SUPPORTED_TYPES = ["totp", "recovery_codes"]
MFA_RECOVERY_CODES_SHOW_ONCE = True
MFA_TOTP_TOLERANCE = 1  # clocks of telephones
MFA_TOTP_ISSUER = "firstdose"
LOGIN_REDIRECT_URL = "/"
LOGIN_URL = "/accounts/login/"
ACCOUNT_LOGOUT_REDIRECT_URL = "/accounts/login/"

SESSION_COOKIE_HTTPONLY = True
SESSION_COOKIE_SAMESITE = "Lax"
SESSION_EXPIRE_AT_BROWSER_CLOSE = True
SESSION_COOKIE_AGE = 12 * 3600
SESSION_COOKIE_SECURE = CSRF_COOKIE_SECURE = BEHIND_PROXY
if BEHIND_PROXY:  # the prefix binds a cookie to this host and to https
    SESSION_COOKIE_NAME, CSRF_COOKIE_NAME = "__Host-session", "__Host-csrf"
    ALLAUTH_TRUSTED_PROXY_COUNT = 1
CSRF_COOKIE_HTTPONLY = True
SECURE_SSL_REDIRECT = BEHIND_PROXY
SECURE_PROXY_SSL_HEADER = ("HTTP_X_FORWARDED_PROTO", "https") if BEHIND_PROXY else None
SECURE_HSTS_SECONDS = 31_536_000 if BEHIND_PROXY else 0
SECURE_HSTS_INCLUDE_SUBDOMAINS = SECURE_HSTS_PRELOAD = BEHIND_PROXY
SECURE_REFERRER_POLICY = "same-origin"
X_FRAME_OPTIONS = "DENY"
CONTENT_SECURITY_POLICY = {
    "DIRECTIVES": {
        "default-src": [NONE],
        "script-src": [SELF],
        "style-src": [SELF],
        "img-src": [SELF],
        "font-src": [SELF],
        "connect-src": [SELF],
        "form-action": [SELF],
        "base-uri": [NONE],
        "frame-ancestors": [NONE],
    }
}
DATA_UPLOAD_MAX_MEMORY_SIZE = 5_000_000
FILE_UPLOAD_MAX_MEMORY_SIZE = 5_000_000
DATA_UPLOAD_MAX_NUMBER_FIELDS = 2000
DATA_UPLOAD_MAX_NUMBER_FILES = 20

LANGUAGE_CODE = "en"
LANGUAGES = [("en", _("English")), ("fa", _("Persian"))]
LOCALE_PATHS = [HERE / "locale"]
USE_I18N = USE_TZ = True
TIME_ZONE = "UTC"

STATIC_URL = "/static/"
STATIC_ROOT = os.environ.get("FIRSTDOSE_STATIC", str(KEPT / "static"))
WHITENOISE_USE_FINDERS = True
EMAIL_BACKEND = os.environ.get("FIRSTDOSE_EMAIL", "django.core.mail.backends.filebased.EmailBackend")
EMAIL_FILE_PATH = str(KEPT / "mail")
DEFAULT_FROM_EMAIL = os.environ.get("FIRSTDOSE_FROM", "firstdose@localhost")
LOGGING = {
    "version": 1,
    "disable_existing_loggers": False,
    "handlers": {"console": {"class": "logging.StreamHandler"}},
    "root": {"handlers": ["console"], "level": "WARNING"},
}
