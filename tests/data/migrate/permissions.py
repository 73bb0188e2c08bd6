"""A project with django-permissions-policy."""

SECRET_KEY = "signs-nothing"
ALLOWED_HOSTS = ["testserver"]
ROOT_URLCONF = "tests.data.migrate.urls"
INSTALLED_APPS = ("django.contrib.contenttypes",)
MIDDLEWARE = [
    "django.middleware.security.SecurityMiddleware",
    "django_permissions_policy.PermissionsPolicyMiddleware",
    "django.middleware.common.CommonMiddleware",
    "django.middleware.clickjacking.XFrameOptionsMiddleware",
]
PERMISSIONS_POLICY = {
    "geolocation": ["self", "https://maps.example.com"],
    "camera": [],
    "fullscreen": "*",
    "autoplay": "none",
}
PERMISSIONS_POLICY_REPORT_ONLY = {"usb": []}
