"""Reports as browsers write them, parsed."""

from __future__ import annotations

import json

from security.reports import wire

LEGACY = {
    "document-uri": "https://shop.example/cart",
    "referrer": "",
    "violated-directive": "script-src-elem",
    "effective-directive": "script-src-elem",
    "original-policy": "default-src 'self'; report-uri /csp/",
    "disposition": "enforce",
    "blocked-uri": "https://evil.example/x.js",
    "status-code": 200,
    "script-sample": "",
    "source-file": "https://shop.example/app.js",
    "line-number": 12,
    "column-number": 3,
}
MODERN = {
    "documentURL": "https://shop.example/cart",
    "referrer": "",
    "blockedURL": "https://evil.example/x.js",
    "effectiveDirective": "script-src-elem",
    "originalPolicy": "default-src 'self'; report-to main",
    "sourceFile": None,
    "sample": "",
    "disposition": "report",
    "statusCode": 200,
    "lineNumber": None,
    "columnNumber": None,
}


def parse(value):
    return wire.parse(json.dumps(value).encode())


def one(value):
    parsed = parse(value)
    assert parsed.refused == {}
    return parsed.reports[0]


def legacy(**members):
    return one({"csp-report": LEGACY | {name.replace("_", "-"): v for name, v in members.items()}})


def modern(**members):
    item = {"age": 420, "type": "csp-violation", "url": "https://shop.example/cart", "body": MODERN}
    return one([item | members])
