"""Requests that try to reach a page without a login, by what they are."""

from __future__ import annotations

from itertools import product
from typing import Any

CLOSED = ("home", "admin-area", "api/users", "media/private/report.pdf", "shop/orders")
OPEN = ("public", "accounts/login", "media/public", "feed", "outlet/open")

# One level up, in every spelling that something behind us may still read as such.
UP = (
    "..",
    "%2e%2e",
    "%2E%2e",
    ".%2e",
    "%252e%252e",
    "%25252e%25252e",
    "..;",
    "..;a=b",
    "..%00",
    "..\0",
    "..%3b",
    "..\\",
    "..%5c",
    "..%2f",
    "..%252f",
    "%c0%ae%c0%ae",
    "%e0%80%ae%e0%80%ae",
    "\xc0\xae\xc0\xae",
    "\N{FULLWIDTH FULL STOP}\N{FULLWIDTH FULL STOP}",
    "\N{TWO DOT LEADER}",
    ". .",
    "...",
    "....",
    ".",
    "%2e",
    ".. ",
    "..\t",
)
BETWEEN = (
    "//",
    "///",
    "/./",
    "\\",
    "/\\",
    "%2f",
    "%2F",
    "%5c",
    ";/",
    "/;/",
    "/%20/",
    "\0/",
    "%00/",
)
BEFORE = (
    "",
    "/",
    "//",
    "\\",
    "/\\",
    "./",
    "../",
    ";",
    ";/",
    ".;/",
    "%2f",
    "%2e/",
    "%00",
    "\0",
    " ",
    "\t",
    "\x0b",
    "\n",
    "\r\n",
    "?",
    "#",
    "*",
    "\N{ZERO WIDTH SPACE}",
    "\N{BYTE ORDER MARK}",
    "\N{FULLWIDTH SOLIDUS}",
)
BEHIND = (
    "/",
    "//",
    "/.",
    "/..",
    ".",
    "..",
    "...",
    ";",
    ";public",
    ";.css",
    ";jsessionid=1",
    "/.css",
    ".json",
    ".html",
    "%00",
    "\0",
    "%00.css",
    "\0.css",
    "%20",
    " ",
    "\t",
    "%09",
    "\n",
    "%0a",
    "\r\n",
    "%0d%0a",
    "~",
    "*",
    "&",
    "%",
    "%%",
    "%2",
    "%zz",
    "%2f",
    "%23",
    "#public",
    "%3fpublic",
    "?public",
    ":80",
    "@public",
    "!",
    "'",
    '"',
    "|",
    "\\",
    "/..;/",
    "/%2e%2e",
    "/public",
    "/../public",
    "/accounts/login",
    "\N{COMBINING ACUTE ACCENT}",
    "\N{SOFT HYPHEN}",
)
TARGETS = (
    "http://testserver/home/",
    "http://testserver/public/",
    "https://evil.example/home/",
    "http:/home/",
    "//testserver/home/",
    "///testserver/home/",
    "home/",
    "*",
    "testserver:80",
    "",
    "public@testserver/home/",
    "/http://testserver/public/",
    "/https:/testserver/home/",
    "/.//home/",
    "/public-secret/",
    "/publicity/",
    "/publi",
    "/public.bak/",
    "/xpublic/",
    "/x/public/",
    "/accounts/login-as/bob/",
    "/accounts/loginx/",
    "/accounts/logi",
    "/feeds/",
    "/feed.xml",
    "/media/publicly/",
    "/media/private/public/",
    "/shop/open/",
    "/outlet/orders/",
    "/app/home/",
    "/index.php/home/",
    "/wsgi.py/home/",
)
HEADERS = (
    {"X-Original-URL": "/public/"},
    {"X-Rewrite-URL": "/public/"},
    {"X-Forwarded-Uri": "/public/"},
    {"X-Forwarded-Path": "/public/"},
    {"X-Forwarded-Prefix": "/public"},
    {"X-Script-Name": "/public"},
    {"Script-Name": "/public"},
    {"Path-Info": "/public/"},
    {"X-Original-Host": "testserver"},
    {"X-Forwarded-For": "127.0.0.1"},
    {"X-Real-IP": "127.0.0.1"},
    {"X-Forwarded-User": "admin"},
    {"Remote-User": "admin"},
    {"X-Remote-User": "admin"},
    {"Authorization": "Basic YWRtaW46YWRtaW4="},
    {"Authorization": "Bearer null"},
    {"Cookie": "sessionid="},
    {"Cookie": "sessionid=x; sessionid=y"},
    {"Cookie": "sessionid=../../etc/passwd"},
    {"Cookie": "sessionid=eyJfYXV0aF91c2VyX2lkIjoiMSJ9:x:y"},
    {"Referer": "http://testserver/accounts/login/"},
    {"Origin": "http://testserver", "Access-Control-Request-Method": "GET"},
    {"User-Agent": "kube-probe/1.30"},
    {"Content-Type": "application/json"},
    {"Content-Length": "-1"},
    {"Upgrade": "websocket", "Connection": "Upgrade"},
    {"Expect": "100-continue"},
    {"Accept": "application/json"},
    {"X-Requested-With": "XMLHttpRequest"},
)
METHODS = ("GET", "HEAD", "POST", "PUT", "OPTIONS", "TRACE", "get", "GETX", "PROPFIND", "PUBLIC")
OVERRIDES = ("X-HTTP-Method-Override", "X-HTTP-Method", "X-Method-Override")
QUERIES = (
    "_method=OPTIONS",
    "next=/public/",
    "path=/public/",
    "login_required=0",
    "user=1",
    "/../public/",
    "?/public/",
    "#/public/",
    "%00",
    "a=" + "b" * 5_000,
)


def corpus() -> dict[str, list[dict[str, Any]]]:
    """Return every request, by group; each is what ``tests.wire`` takes."""
    paths = {
        "up": [f"/{open_}/{up}/{closed}/" for up, open_, closed in _turns(UP, OPEN, CLOSED)]
        + [f"/media/public/{up}/private/report.pdf" for up in UP]
        + [f"/media/public/x/{up}/{up}/private/report.pdf" for up in UP],
        "between": [
            f"/{open_}{sign}{closed}/" for sign, open_, closed in _turns(BETWEEN, OPEN, CLOSED)
        ],
        "before": [f"/{sign}{closed}/" for sign, closed in product(BEFORE, CLOSED)],
        "behind": [f"/{closed}{sign}" for sign, closed in product(BEHIND, CLOSED[:3])],
        "case": [
            f"/{spelling}/"
            for word in ("home", "public", "accounts/login")
            for spelling in (word.upper(), word.title(), word[:1].upper() + word[1:], f"{word}X")
        ]
        + ["/\N{LATIN SMALL LETTER LONG S}hop/orders/", "/\N{FULLWIDTH LATIN SMALL LETTER H}ome/"],
        "targets": list(TARGETS),
    }
    requests = {name: [{"path": path} for path in found] for name, found in paths.items()}
    home = {"path": "/home/"}
    requests["headers"] = [
        home | {"headers": {"Host": "testserver", **headers}} for headers in HEADERS
    ]
    requests["methods"] = [home | {"method": method} for method in METHODS]
    requests["overrides"] = [
        home | {"method": "POST", "headers": {"Host": "testserver", name: method}}
        for name, method in product(OVERRIDES, ("GET", "OPTIONS", "HEAD"))
    ]
    requests["queries"] = [home | {"query": query} for query in QUERIES]
    requests["prefix"] = [
        {"path": f"{root}/{path}", "root": root}
        for root, path in product(
            ("/app", "/public", "/public/..", "/accounts/login", "/a/b", "/%2e%2e"),
            ("home/", "//home/", "../home/", "public/../home/", "media/private/report.pdf"),
        )
    ]
    return requests


def _turns(signs: tuple[str, ...], opened: tuple[str, ...], closed: tuple[str, ...]) -> Any:
    """Yield each sign with an open and a closed page, turn by turn."""
    for turn, sign in enumerate(signs):
        for step in range(2):
            yield sign, opened[(turn + step) % len(opened)], closed[(turn + step) % len(closed)]
