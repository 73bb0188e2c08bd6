"""Whose attempt it is: one counter for all spellings of a name, and for all of a network."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from ipaddress import IPv6Address, IPv6Network, ip_address
from typing import Any, Final
from unicodedata import normalize

from django.contrib.auth import get_user_model
from django.core.exceptions import RequestDataTooBig
from django.db import DEFAULT_DB_ALIAS, connections, router
from django.http import HttpRequest, QueryDict, UnreadablePostError
from django.utils.crypto import salted_hmac

from security.client import client_of
from security.conf import conf

MAX_NAME: Final = 1_000  # characters that count; Django's own names have 150 at most
MAX_JSON: Final = 64 * 1024  # bytes of a login; an honest one has a hundred
NETWORK: Final = 64  # bits of an IPv6 address that its user did not choose; RFC 4291 2.5.4
PREFIX: Final = "security.throttling"


def spelled(name: object) -> str:
    """Return a name as Django's login form hands it on: NFKC, without blanks around it."""
    return normalize("NFKC", str(name).strip()[:MAX_NAME]).strip()


def fold(name: object) -> str:
    """
    Return what all spellings of a name share, of whatever case.

    It may join accounts that are two, never the other way round. Empty: names nobody.
    """
    plain = spelled(name)
    return normalize("NFKC", plain.upper().casefold()).strip()


def as_stored(name: str) -> str:
    """
    Return the name of the user whom the database finds under ``name``, else ``name``.

    MySQL and MariaDB compare by collation, for most of which accents are no difference. One
    query, there, for a name that is not ASCII; none for others.
    """
    if name.isascii():
        return name
    model = get_user_model()
    if connections[router.db_for_read(model) or DEFAULT_DB_ALIAS].vendor != "mysql":
        return name
    field = model.USERNAME_FIELD
    found = model._default_manager.filter(**{field: name}).values_list(field, flat=True)
    return str(found.first() or name)


def of_user(user: Any) -> Iterator[str]:
    """Yield the names under which a user may log in: the user name, the e-mail address."""
    yield user.get_username()
    get_field = getattr(user, "get_email_field_name", None)
    if email := get_field and getattr(user, get_field(), None):
        yield email


def digest(kind: str, text: str) -> str:
    """
    Return what stands for a name or an address in the cache and in logs.

    Keyed with ``SECRET_KEY``: what was typed as a name may have been a password, and a plain
    hash of it could be guessed by whoever reads the cache.
    """
    value = text.encode("utf-8", "surrogatepass")
    return salted_hmac(f"{PREFIX}.{kind}", value, algorithm="sha256").hexdigest()[:40]


def key(kind: str, name: object) -> str:
    """Return the key of a counter in the cache: of a ``username``, an ``ip``, or another kind."""
    text = str(name)
    if kind == "username":
        text = fold(text)
    elif kind == "ip":
        text = network(text) or text
    return f"{PREFIX}.{kind}.{digest(kind, text)}"


def network(address: str) -> str | None:
    """Return what an address is counted as: IPv6 by its /64; ``None`` for what is no address."""
    try:
        read = ip_address(address.partition("%")[0])
    except ValueError:
        return None
    if isinstance(read, IPv6Address):
        if read.ipv4_mapped is not None:
            return str(read.ipv4_mapped)
        return str(IPv6Network((int(read), NETWORK), strict=False))
    return str(read)


def client_address(request: Any) -> str | None:
    """Return the address of the client as it is counted, or ``None`` on a Unix socket."""
    return network(client_of(request).address)


def fields() -> tuple[str, ...]:
    """
    Return the names of the fields that may hold the name of an account.

    ``username`` always is one: Django's login form has it, whatever the user model has.
    """
    throttling = conf.AUTHENTICATION_THROTTLING
    configured = throttling.username_fields if throttling else ()
    return tuple(dict.fromkeys((*configured, "username", get_user_model().USERNAME_FIELD)))


def among(values: Mapping[str, Any]) -> list[str]:
    """
    Return the names of accounts among what was posted, or handed to ``authenticate()``.

    Two spellings are two names: they may be two accounts, and nobody says yet which is meant.
    """
    found: dict[str, str] = {}
    for field in fields():
        value = values.get(field)
        if isinstance(value, str | int) and not isinstance(value, bool) and fold(value):
            found.setdefault(spelled(value), str(value))
    return list(found.values())


def posted(request: HttpRequest) -> list[str]:
    """
    Return the names of accounts in the body of a request: a form, or JSON.

    Raises ``RequestDataTooBig`` for more JSON than ``MAX_JSON``.
    """
    kind = (request.content_type or "").lower()
    try:
        if kind.endswith("json"):
            return among(_json(request))
        if request.method == "PUT" and kind == "application/x-www-form-urlencoded":
            return among(QueryDict(request.body, encoding=request.encoding))
        return among(request.POST)
    except UnreadablePostError:
        return []  # the client is gone


def _json(request: HttpRequest) -> Mapping[str, Any]:
    body = request.body
    if len(body) > MAX_JSON:
        raise RequestDataTooBig(f"A login has at most {MAX_JSON} bytes of JSON.")
    try:
        read = json.loads(body)
    except (ValueError, RecursionError):
        return {}
    return read if isinstance(read, dict) else {}
