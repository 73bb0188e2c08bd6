"""A project with django-csp 3."""

SECRET_KEY = "signs-nothing"
ALLOWED_HOSTS = ["testserver"]
ROOT_URLCONF = "tests.data.migrate.urls"

INSTALLED_APPS = [
    "csp",
]

MIDDLEWARE = [
    "django.middleware.security.SecurityMiddleware",
    "django.middleware.common.CommonMiddleware",
    "csp.middleware.CSPMiddleware",
    "django.middleware.clickjacking.XFrameOptionsMiddleware",
]

CDN = "https://cdn.example.com"

# Content-Security-Policy
CSP_DEFAULT_SRC = ("'none'",)
CSP_SCRIPT_SRC = ("'self'", "https://cdn.example.com")
CSP_SCRIPT_SRC += ("https://js.example.com",)
CSP_STYLE_SRC = ["'self'", "'unsafe-inline'"]  # the old templates
CSP_IMG_SRC = "'self' data:"
CSP_CONNECT_SRC = ("'self'", "wss://live.example.com:8443")
CSP_FONT_SRC = []
CSP_OBJECT_SRC = None
CSP_FRAME_ANCESTORS = ("'self'",)
CSP_FORM_ACTION = ("'self'",)
CSP_BASE_URI = ("'none'",)
CSP_SANDBOX = ["allow-forms", "allow-scripts"]
CSP_UPGRADE_INSECURE_REQUESTS = True
CSP_BLOCK_ALL_MIXED_CONTENT = False
CSP_REPORT_URI = ("/csp-report/", "https://reports.example.com/r")
CSP_INCLUDE_NONCE_IN = ["script-src"]

LANGUAGE_CODE = "en"
