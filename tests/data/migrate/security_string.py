"""A project with django-security whose policy is a string and only reported."""

SECRET_KEY = "signs-nothing"
ALLOWED_HOSTS = ["testserver"]
ROOT_URLCONF = "tests.data.migrate.urls"
INSTALLED_APPS = ["django.contrib.contenttypes", "django.contrib.auth", "django.contrib.sessions"]
MIDDLEWARE = [
    "django.middleware.security.SecurityMiddleware",
    "security.middleware.ContentSecurityPolicyMiddleware",
    "security.middleware.XFrameOptionsDenyMiddleware",
    "security.middleware.XssProtectMiddleware",
]
SECURE_CROSS_ORIGIN_OPENER_POLICY = None
CSP_MODE = "report-only"
CSP_STRING = "default-src 'self'; img-src *; upgrade-insecure-requests"
