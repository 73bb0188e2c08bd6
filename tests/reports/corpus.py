"""The bodies that three engines sent, byte for byte, with what is known of each."""

from __future__ import annotations

import base64
import json
from functools import cache
from typing import Any, NamedTuple

from tests.meta.tree import ROOT

FOLDER = ROOT / "tests" / "data" / "browser-reports"


class Capture(NamedTuple):
    name: str
    about: dict[str, Any]

    @property
    def body(self) -> bytes:
        raw = self.about.get("raw_body_base64")
        return base64.b64decode(raw) if raw else json.dumps(self.about["body"]).encode()

    @property
    def items(self) -> list[dict[str, Any]]:
        body = self.about["body"]
        return body if isinstance(body, list) else [body]


@cache
def captures() -> tuple[Capture, ...]:
    paths = sorted(FOLDER.glob("*.json"))
    return tuple(Capture(p.stem, json.loads(p.read_text(encoding="utf-8"))) for p in paths)


def capture(name: str) -> Capture:
    return next(found for found in captures() if found.name == name)
