"""The same site under the prefix of each language."""

from __future__ import annotations

from django.conf.urls.i18n import i18n_patterns
from tests.accounts import password_site

urlpatterns = i18n_patterns(*password_site.urlpatterns)
