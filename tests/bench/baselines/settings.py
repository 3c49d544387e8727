"""A small Django project beside the product, in which others' ways of sending are measured."""

import os

from cascade_site import embedded

SECRET_KEY = "for measurements only, nothing here is secret"
USE_TZ = True
TIME_ZONE = "UTC"
DATABASE_URL = os.environ["BASELINE_DATABASE"]
DATABASES = {"default": embedded.django_database(DATABASE_URL)}
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"
INSTALLED_APPS = ["django.contrib.contenttypes", "post_office", "tests.bench.baselines"]

EMAIL_BACKEND = "post_office.EmailBackend"
POST_OFFICE = {
    "BACKENDS": {"default": "tests.bench.baselines.mail.SinkBackend"},
    # Its own default is 100, which would start two processes for each hundred.
    "BATCH_SIZE": 1000,
    "LOG_LEVEL": 1,
}
# It tells of each batch otherwise.
LOGGING = {
    "version": 1,
    "disable_existing_loggers": False,
    "handlers": {"console": {"class": "logging.StreamHandler"}},
    "loggers": {"post_office": {"handlers": ["console"], "level": "WARNING"}},
}
TEMPLATES = [{"BACKEND": "django.template.backends.django.DjangoTemplates"}]

CELERY_BROKER_URL = os.environ["BASELINE_BROKER"]
CELERY_BROKER_TRANSPORT_OPTIONS = embedded.broker_options(CELERY_BROKER_URL, DATABASE_URL)
CELERY_BROKER_CONNECTION_RETRY_ON_STARTUP = True
CELERY_TASK_IGNORE_RESULT = True
# As without the setting: the fix-up closes the database connection around every task.
CELERY_DB_REUSE_MAX = int(os.environ["CELERY_DB_REUSE_MAX"]) if "CELERY_DB_REUSE_MAX" in os.environ else None
