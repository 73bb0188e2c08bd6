"""A project with django-csp 4."""

from csp.constants import NONCE, NONE, SELF, UNSAFE_INLINE

SECRET_KEY = "signs-nothing"
ALLOWED_HOSTS = ["testserver"]
ROOT_URLCONF = "tests.data.migrate.urls"

INSTALLED_APPS = ["csp", "django.contrib.contenttypes"]

MIDDLEWARE = (
    "django.middleware.security.SecurityMiddleware",
    "django.middleware.clickjacking.XFrameOptionsMiddleware",
    "csp.middleware.CSPMiddleware",
)

CONTENT_SECURITY_POLICY = {
    "DIRECTIVES": {
        "script-src": [SELF, NONCE, "https://cdn.example.com"],
        "style-src": [SELF, UNSAFE_INLINE],
        "img-src": {SELF, "data:", "https://img.example.com"},
        "object-src": [NONE],
        "frame-ancestors": SELF,
        "upgrade-insecure-requests": True,
        "block-all-mixed-content": False,
        "media-src": None,
        "report-uri": "/csp-report/",
    },
}
CONTENT_SECURITY_POLICY_REPORT_ONLY = {
    "DIRECTIVES": {
        "default-src": [NONE],
        "connect-src": [SELF, SELF],
        "script-src": [NONCE],
        "sandbox": ["allow-forms"],
        "scirpt-src": [SELF],
    },
    "REPORT_PERCENTAGE": 100.0,
}
