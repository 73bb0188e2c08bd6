"""A project with django-security, which has a middleware for each header."""

SECRET_KEY = "signs-nothing"
ALLOWED_HOSTS = ["testserver"]
ROOT_URLCONF = "tests.data.migrate.urls"

INSTALLED_APPS = ["django.contrib.contenttypes", "django.contrib.auth", "django.contrib.sessions"]

MIDDLEWARE = [
    "security.middleware.XssProtectMiddleware",
    "security.middleware.ContentNoSniff",
    "security.middleware.XFrameOptionsMiddleware",
    "security.middleware.ContentSecurityPolicyMiddleware",
    "security.middleware.StrictTransportSecurityMiddleware",
    "security.middleware.ClearSiteDataMiddleware",
    "security.middleware.NoConfidentialCachingMiddleware",
    "security.middleware.P3PPolicyMiddleware",
    "security.middleware.DoNotTrackMiddleware",
]

XSS_PROTECT = "on"
X_FRAME_OPTIONS = "sameorigin"
X_FRAME_OPTIONS_EXCLUDE_URLS = [r"^/private/page/$"]
CSP_MODE = "enforce"
CSP_DICT = {
    "default-src": ["self", "https:"],
    "script-src": ["self", "unsafe-inline", "https://js.example.com"],
    "object-src": ["none"],
    "sandbox": ["allow-forms"],
    "report-uri": "/csp-report/",
}
STS_MAX_AGE = 86400
STS_INCLUDE_SUBDOMAINS = True
CLEAR_SITE_DATA_URL_WHITELIST = ("/accounts/logout/",)
CLEAR_SITE_DATA_DIRECTIVES = ("cookies",)
NO_CONFIDENTIAL_CACHING = {
    "BLACKLIST_ON": True,
    "BLACKLIST_REGEXES": ["private/"],
}
P3P_COMPACT_POLICY = "NOI DSP"
