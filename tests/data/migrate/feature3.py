"""A project with django-feature-policy 3, which sends both headers."""

SECRET_KEY = "signs-nothing"
ALLOWED_HOSTS = ["testserver"]
ROOT_URLCONF = "tests.data.migrate.urls"
INSTALLED_APPS = ["django.contrib.contenttypes"]
MIDDLEWARE = [
    "django.middleware.security.SecurityMiddleware",
    "django_feature_policy.PermissionsPolicyMiddleware",
]
FEATURE_POLICY = {
    "camera": "none",
    "geolocation": ["self", "https://maps.example.com"],
    "fullscreen": ["*"],
}
