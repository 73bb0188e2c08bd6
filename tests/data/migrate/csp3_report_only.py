"""A project with django-csp 3 that only reports, and leaves the rest to its defaults."""

SECRET_KEY = "signs-nothing"
ALLOWED_HOSTS = ["testserver"]
ROOT_URLCONF = "tests.data.migrate.urls"
INSTALLED_APPS = ["django.contrib.contenttypes"]
MIDDLEWARE = ["csp.middleware.CSPMiddleware"]
CSP_REPORT_ONLY = True
CSP_REPORT_URI = "/csp-report/"
