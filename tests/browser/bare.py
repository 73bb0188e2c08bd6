"""Settings of the same shop with our package taken out: what the headers are compared with."""

from tests.browser import site
from tests.browser.site import *  # noqa: F403


def without_ours(names: list[str]) -> list[str]:
    return [name for name in names if name.partition(".")[0] != "security"]


INSTALLED_APPS = without_ours(site.INSTALLED_APPS)
MIDDLEWARE = without_ours(site.MIDDLEWARE)
AUTHENTICATION_BACKENDS = without_ours(site.AUTHENTICATION_BACKENDS)
AUTH_PASSWORD_VALIDATORS = [
    each for each in site.AUTH_PASSWORD_VALIDATORS if without_ours([each["NAME"]])
]
# The list that TEMPLATES holds.
site.CONTEXT_PROCESSORS[:] = without_ours(site.CONTEXT_PROCESSORS)
