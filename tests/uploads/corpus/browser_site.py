"""Settings of the demo shop with the addresses of ``browser_urls`` beside its own."""

from demo.settings import *  # noqa: F403

ROOT_URLCONF = "tests.uploads.corpus.browser_urls"
