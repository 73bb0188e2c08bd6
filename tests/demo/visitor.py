"""A visitor without a browser: cookies, forms and redirects over the demo's own TLS."""

from __future__ import annotations

import re
import ssl
from email.message import Message
from http.cookiejar import CookieJar
from typing import Any, NamedTuple
from urllib.error import HTTPError
from urllib.parse import urlencode
from urllib.request import HTTPCookieProcessor, HTTPSHandler, Request, build_opener

BOUNDARY = "------breakwater"
TOKEN = re.compile(r'name="csrfmiddlewaretoken" value="(\w+)"')


class Page(NamedTuple):
    url: str
    status: int
    headers: Message
    text: str


class Visitor:
    """Keeps cookies from page to page, as one browser would."""

    def __init__(self, site: str, authority: str) -> None:
        self.site = site
        trust = ssl.create_default_context(cafile=authority)
        self._open = build_opener(
            HTTPSHandler(context=trust), HTTPCookieProcessor(CookieJar())
        ).open

    def get(self, path: str) -> Page:
        return self._send(self._request(path))

    def post(self, path: str, *, page: str | None = None, **fields: str) -> Page:
        """Fill in the form on ``page`` (by default on ``path`` itself) and send it."""
        data = urlencode({"csrfmiddlewaretoken": self.token(page or path), **fields})
        return self._send(self._request(path, data.encode(), {"Referer": self.site}))

    def upload(
        self, path: str, name: str, content: bytes, *, field: str = "picture", **fields: str
    ) -> Page:
        """Fill in the form on ``path`` with a file, and send it."""
        fields = {"csrfmiddlewaretoken": self.token(path), **fields}
        parts = [f'name="{key}"\r\n\r\n{value}'.encode() for key, value in fields.items()]
        parts.append(f'name="{field}"; filename="{name}"\r\n\r\n'.encode() + content)
        start = f"--{BOUNDARY}\r\nContent-Disposition: form-data; ".encode()
        body = b"".join(start + part + b"\r\n" for part in parts) + f"--{BOUNDARY}--\r\n".encode()
        kind = f"multipart/form-data; boundary={BOUNDARY}"
        headers = {"Referer": self.site, "Content-Type": kind}
        return self._send(self._request(path, body, headers))

    def token(self, path: str) -> str:
        found = TOKEN.search(self.get(path).text)
        assert found, f"{path} has no form"
        return found[1]

    def sign_in(self, name: str, password: str) -> Page:
        return self.post("/accounts/login/", username=name, password=password)

    def _request(self, path: str, *extra: Any) -> Request:
        return Request(self.site + path, *extra)  # noqa: S310 -- the site is the demo's own

    def _send(self, request: Request) -> Page:
        try:
            response = self._open(request, timeout=20)
        except HTTPError as error:
            response = error
        with response:
            text = response.read().decode(errors="replace")
            return Page(response.url, response.status, response.headers, text)
