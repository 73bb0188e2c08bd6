"""
Read what a browser's developer tools recorded: HAR, HTTP Archive 1.2.

A page that was visited becomes an exchange; images, scripts and frames do not. The format is
described at http://www.softwareishard.com/blog/har-12-spec/.
"""

from __future__ import annotations

import base64
import binascii
import json
from collections.abc import Iterator
from dataclasses import replace
from typing import BinaryIO, Final

from security.policy.errors import PolicyError, must_be

from ..exchange import MAX_BODY, MAX_TARGET, from_recorded
from ..recorded import Unreadable
from .har_pages import Entry, Visit, entries, visits
from .outcome import Fetched

MAX_HAR: Final = 134_217_728  # bytes of a file, which is read as a whole
NO_BODY: Final = "the recording has no body; its scripts and meta tags are not judged."


def read_har(stream: BinaryIO) -> Iterator[Fetched | Unreadable]:
    """
    Yield each page that was visited, in the order of the file, and in its place what is broken.

    Raises ``OSError`` where the file cannot be read any further.
    """
    data = stream.read(MAX_HAR + 1)
    if len(data) > MAX_HAR:
        yield Unreadable(f"a HAR file must be at most {MAX_HAR:,} bytes long; record fewer pages.")
        return
    try:
        document = json.loads(data.removeprefix(b"\xef\xbb\xbf").decode())
    except json.JSONDecodeError as error:
        yield Unreadable(f"a HAR file must be JSON: {error.msg}, line {error.lineno}.")
        return
    except UnicodeDecodeError:
        yield Unreadable("a HAR file must be UTF-8.")
        return
    except (ValueError, RecursionError) as error:
        yield Unreadable(f"a HAR file must be JSON of usual depth: {type(error).__name__}.")
        return
    del data
    try:
        found, broken = entries(document)
    except PolicyError as error:
        yield Unreadable(error.describe("a HAR file"))
        return
    yield from broken
    for visit in visits(found):
        yield visit if isinstance(visit, Unreadable) else _fetched(visit)


def _fetched(visit: Visit) -> Fetched | Unreadable:
    last = visit.hops[-1]
    try:
        body, has_body = _body(last)
        exchange = from_recorded(
            {
                "host": last.host,
                "https": last.is_secure,
                "https_cert_valid": last.is_secure and all(hop.is_trusted for hop in visit.hops),
                "http": _chain(visit.plain),
                "response": {"status": last.status, "headers": _headers(last), "body": body},
                "target": last.url[:MAX_TARGET],
            }
        )
    except PolicyError as error:
        return Unreadable(error.within("log", "entries", last.place).describe("HAR:"))
    cookies = tuple(
        value
        for hop in visit.hops[:-1]
        for name, value in _headers(hop)
        if name.lower() == "set-cookie"
    )
    return Fetched(replace(exchange, earlier_cookies=cookies), notes=() if has_body else (NO_BODY,))


def _chain(hops: tuple[Entry, ...]) -> dict[str, object] | None:
    if not hops:
        return None
    return {
        "chain": [{"url": hop.url, "status": hop.status} for hop in hops],
        "cert_valid": all(hop.is_trusted for hop in hops),
    }


def _headers(entry: Entry) -> list[list[str]]:
    """Return header lines; Chromium writes lines of one name as one, with line breaks."""
    return [
        [name, line]
        for name, value in entry.headers
        if not name.startswith(":")  # HTTP/2's own, such as :status
        for line in value.split("\n")
    ]


def _body(entry: Entry) -> tuple[str, bool]:
    """Return the body, cut off at ``MAX_BODY``, and whether there is one if there should be."""
    content = entry.content
    text = content.get("text")
    if text is None:
        size = content.get("size")
        return "", not (isinstance(size, int) and size > 0)
    if not isinstance(text, str):
        raise must_be("text", text).within("response", "content", "text")
    if content.get("encoding") == "base64":
        try:
            raw = base64.b64decode(text[: MAX_BODY * 4 // 3 // 4 * 4], validate=True)
        except (binascii.Error, ValueError):
            raise must_be("base64", text).within("response", "content", "text") from None
        text = raw.decode("utf-8", "replace")
    return text[:MAX_BODY], True
