"""A project with django-feature-policy 2, whose header has another name and syntax."""

SECRET_KEY = "signs-nothing"
ALLOWED_HOSTS = ["testserver"]
ROOT_URLCONF = "tests.data.migrate.urls"
INSTALLED_APPS = ["django.contrib.contenttypes"]
MIDDLEWARE = ["django_feature_policy.FeaturePolicyMiddleware"]
FEATURE_POLICY = {
    "microphone": "none",
    "geolocation": ["self", "https://maps.example.com"],
    "fullscreen": "*",
    "wake-lock": "none",
}
