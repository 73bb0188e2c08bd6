"""A project with django-referrer-policy."""

SECRET_KEY = "signs-nothing"
ALLOWED_HOSTS = ["testserver"]
ROOT_URLCONF = "tests.data.migrate.urls"
INSTALLED_APPS = [
    "django.contrib.contenttypes",
    "django_referrer_policy",
]
MIDDLEWARE = [
    "django.middleware.common.CommonMiddleware",
    "django_referrer_policy.middleware.ReferrerPolicyMiddleware",
]
REFERRER_POLICY = "strict-origin"
