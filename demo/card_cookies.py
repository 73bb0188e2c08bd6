"""Cookies as a browser's jar accepts them, and what MDN HTTP Observatory says of them."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

SAME_SITE = frozenset({"lax", "strict", "none"})
IGNORED = frozenset({"heroku-session-affinity"})


@dataclass(frozen=True, slots=True)
class Cookie:
    """One Set-Cookie line; ``same_site`` is ``None`` without the attribute, else as sent."""

    name: str
    is_secure: bool
    is_http_only: bool
    same_site: str | None
    domain: str
    path: str

    @classmethod
    def read(cls, line: str) -> Cookie:
        pair, *attributes = line.split(";")
        values = {
            name.strip().lower(): value.strip()
            for name, _, value in (attribute.partition("=") for attribute in attributes)
        }
        return cls(
            name=pair.partition("=")[0].strip() if "=" in pair else "",
            is_secure="secure" in values,
            is_http_only="httponly" in values,
            same_site=values["samesite"].lower() if "samesite" in values else None,
            domain=values.get("domain", "").lstrip(".").lower(),
            path=values.get("path", ""),
        )

    def is_accepted(self, host: str) -> bool:
        """A jar refuses no name, a foreign domain, and a prefix that is not lived up to."""
        if not self.name or self.name.lower() in IGNORED:
            return False
        if self.domain and self.domain != host and not host.endswith("." + self.domain):
            return False
        if self.domain and "." not in self.domain and self.domain != host:
            return False
        if self.name.startswith("__Secure-"):
            return self.is_secure
        if self.name.startswith("__Host-"):
            return self.is_secure and not self.domain and self.path == "/"
        return True

    @property
    def is_session(self) -> bool:
        return "login" in self.name.lower() or "sess" in self.name.lower()

    @property
    def is_anti_csrf(self) -> bool:
        return "csrf" in self.name.lower()

    @property
    def has_same_site(self) -> bool:
        return self.same_site in SAME_SITE

    @property
    def has_bad_same_site(self) -> bool:
        unknown = self.same_site is not None and not self.has_same_site
        return unknown or (self.same_site == "none" and not self.is_secure)


def judge_cookies(
    host: str, final: Sequence[str], earlier: Iterable[str], *, has_hsts: bool
) -> str:
    """
    Return the id of the worst verdict on all cookies that a jar accepts.

    ``final`` are the Set-Cookie lines of the page, ``earlier`` those of redirects to it.
    """
    raw = [Cookie.read(line) for line in final]
    jar = [c for c in (*map(Cookie.read, earlier), *raw) if c.is_accepted(host)]
    if not jar:
        return "cookies-not-found"
    shield = "-but-protected-by-hsts" if has_hsts else ""
    session = [cookie for cookie in jar if cookie.is_session]
    bare = any(not cookie.is_secure for cookie in jar)
    bare_session = any(not cookie.is_secure for cookie in session)
    invalid = any(c.has_bad_same_site for c in jar) or any(
        cookie.same_site is not None and not cookie.has_same_site for cookie in raw
    )
    worst_first = (
        (bare_session and not has_hsts, "cookies-session-without-secure-flag"),
        (not all(c.is_http_only for c in session), "cookies-session-without-httponly-flag"),
        (
            not all(c.has_same_site for c in jar if c.is_anti_csrf),
            "cookies-anticsrf-without-samesite-flag",
        ),
        (invalid, "cookies-samesite-flag-invalid"),
        (bare_session, "cookies-session-without-secure-flag-but-protected-by-hsts"),
        (bare, "cookies-without-secure-flag" + shield),
        (not all(c.has_same_site for c in jar), "cookies-secure-with-httponly-sessions"),
    )
    found = (result for is_so, result in worst_first if is_so)
    return next(found, "cookies-secure-with-httponly-sessions-and-samesite")
