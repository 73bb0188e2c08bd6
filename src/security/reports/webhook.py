"""JSON sent to a URL that the site's people named."""

from __future__ import annotations

import json
from typing import Any, Final
from urllib.request import (
    HTTPDefaultErrorHandler,
    HTTPErrorProcessor,
    HTTPSHandler,
    OpenerDirector,
    ProxyHandler,
    Request,
)

from security.policy.errors import must_be

TIMEOUT: Final = 5.0  # seconds that the other side may be silent


def post(url: str, payload: dict[str, Any]) -> None:
    """
    POST an object to an ``https:`` URL, with the proxy that the environment names.

    Raises ``OSError`` for an answer other than 2xx, a redirect among them, and for none in time;
    ``http.client.HTTPException`` for what is no HTTP, ``PolicyError`` for another URL.
    """
    if not url.startswith("https://"):
        raise must_be("a URL that starts with 'https://'", url)
    opener = OpenerDirector()  # not the usual one, which follows redirects and opens files
    for handler in (ProxyHandler, HTTPSHandler, HTTPErrorProcessor, HTTPDefaultErrorHandler):
        opener.add_handler(handler())
    request = Request(  # noqa: S310  # no other scheme gets here
        url,
        json.dumps(payload).encode(),
        {"Content-Type": "application/json", "User-Agent": "django-bulwark"},
        method="POST",
    )
    opener.open(request, timeout=TIMEOUT).close()
