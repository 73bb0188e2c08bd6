"""Settings of processes that a test starts: where reports go stands in the environment."""

from __future__ import annotations

import json
import os

from tests.settings import *  # noqa: F403  # settings are made to be taken over
from tests.working.places import DATABASE, REPORTS

# Connections are kept, so that a server that was killed leaves broken ones behind.
DATABASES = {"default": {"CONN_MAX_AGE": 60, **json.loads(os.environ.get(DATABASE, "{}"))}}
SECURITY_REPORTS = json.loads(os.environ.get(REPORTS, "{}"))
ROOT_URLCONF = "security.urls"
ALLOWED_HOSTS = ["127.0.0.1"]
LOGGING = {
    "version": 1,
    "disable_existing_loggers": False,
    "handlers": {"console": {"class": "logging.StreamHandler"}},
    "root": {"handlers": ["console"], "level": "INFO"},
}
