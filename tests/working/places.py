"""How a test tells a process that it starts where its database is, and where reports go."""

from __future__ import annotations

SITE = "tests.working.site"  # the settings, which read these out of the environment:
DATABASE = "BULWARK_TEST_DATABASE"  # an entry of DATABASES, as JSON
REPORTS = "BULWARK_TEST_REPORTS"  # SECURITY_REPORTS, as JSON
