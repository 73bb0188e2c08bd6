"""Settings of the demo shop with the policy that ``manage.py csp draft`` printed for it."""

import runpy

from tests.browser import site
from tests.browser.site import *  # noqa: F403

_DRAFTED = runpy.run_path(str(site.VAR_DIR / "drafted_policy.py"))
SECURE_CSP = _DRAFTED["SECURE_CSP"]
SECURITY_ROUTES = _DRAFTED.get("SECURITY_ROUTES", {})
