"""Whose attempt it is: one counter for all spellings of a name, and for all of a network."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping
from contextlib import suppress
from ipaddress import IPv6Address, IPv6Network, ip_address
from typing import Any, Final
from unicodedata import normalize

from django.contrib.auth import get_user_model
from django.core.exceptions import ImproperlyConfigured
from django.db import DEFAULT_DB_ALIAS, connections, router
from django.db.models import CharField, TextField
from django.http import HttpRequest
from django.utils.crypto import salted_hmac

from security.client import client_of
from security.conf import conf

from . import bodies

MAX_NAME: Final = 1_000  # characters that count; Django's own names have 150 at most
MAX_TYPED: Final = 65_536  # ... with those that nobody sees, which are looked for so far
BLIND: Final = "\xad"  # stands for all names in which there is nothing to see
OTHERS: Final = ("login", "email")  # fields that name an account on many a login page
NETWORK: Final = 64  # bits of an IPv6 address that its user did not choose; RFC 4291 2.5.4
PREFIX: Final = "security.throttling"
TEXTS: Final = (CharField, TextField)
NO_NAMES: Final = (type(None), dict, list, tuple, set, frozenset)
# What many a collation skips: Cc, Cf, and Default_Ignorable_Code_Point; UTS 10 and UAX 44.
UNSEEN: Final = re.compile(
    "[\x00-\x1f\x7f-\x9f\xad\u034f\u0600-\u0605\u061c\u06dd\u070f\u0890\u0891\u08e2"
    "\u115f\u1160\u17b4\u17b5\u180b-\u180f\u200b-\u200f\u202a-\u202e\u2060-\u206f"
    "\u3164\ufe00-\ufe0f\ufeff\uffa0\ufff0-\ufffb\U000110bd\U000110cd"
    "\U00013430-\U0001343f\U0001bca0-\U0001bca3\U0001d173-\U0001d17a\U000e0000-\U000e0fff]+"
)


def spelled(name: object) -> str:
    """Return a name as Django's login form hands it on: NFKC, without blanks around it."""
    return normalize("NFKC", str(name).strip()[:MAX_NAME]).strip()


def fold(name: object) -> str:
    """
    Return what all spellings of a name share, of whatever case, and with what nobody sees.

    It may join accounts that are two, never the other way round. Empty: names nobody.
    """
    text = str(name).strip()[:MAX_TYPED]
    plain = spelled(UNSEEN.sub("", text)) or (spelled(text) and BLIND)
    return normalize("NFKC", plain.upper().casefold()).strip()


def meant(value: object) -> str:
    """
    Return the name that a value is read as: where names are numbers, ``"007"`` is ``"7"``.

    Where they are text it stays as it is, and so does what the database takes for no name.
    """
    read: Any = value.decode(errors="replace") if isinstance(value, bytes) else value
    if not isinstance(field := _field(), TEXTS):
        with suppress(Exception):  # of whatever kind, from a field that is not ours
            found = field.to_python(spelled(read) if isinstance(read, str) else read)
            return str(read if found is None else found)
    return str(read)


def _field() -> Any:
    """Return the field of user names; text where there are no users, as in a script that counts."""
    try:
        model = get_user_model()
    except ImproperlyConfigured:
        return TextField()
    return model._meta.get_field(model.USERNAME_FIELD)


def as_stored(name: str) -> str:
    """
    Return the name of the user whom the database finds under ``name``, else ``name``.

    MySQL and MariaDB compare by collation, for most of which accents are no difference. One
    query, there, for a name that is not ASCII; none for others.
    """
    if name.isascii() or not isinstance(_field(), TEXTS):
        return name
    model = get_user_model()
    if connections[router.db_for_read(model) or DEFAULT_DB_ALIAS].vendor != "mysql":
        return name
    field = model.USERNAME_FIELD
    found = model._default_manager.filter(**{field: name}).values_list(field, flat=True)
    return str(found.first() or name)


def of_user(user: Any) -> Iterator[str]:
    """Yield the names under which a user may log in: the user name, the e-mail address."""
    yield str(user.get_username())
    get_field = getattr(user, "get_email_field_name", None)
    if email := get_field and getattr(user, get_field(), None):
        yield str(email)


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
        text = fold(meant(name))
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


def among(credentials: Mapping[str, Any]) -> list[str]:
    """
    Return the names of accounts among what was handed to ``authenticate()``.

    Two spellings are two names: they may be two accounts, and nobody says yet which is meant.
    """
    return _named((credentials,), fields()) or _named((credentials,), OTHERS)


def posted(request: HttpRequest) -> list[str]:
    """
    Return the names of accounts in the body of a request: of a form, or of a JSON object.

    Raises ``RequestDataTooBig`` for more JSON than ``MAX_JSON``.
    """
    return _named(bodies.read(request), (*fields(), *OTHERS))


def _named(read: Iterable[Mapping[str, Any]], wanted: tuple[str, ...]) -> list[str]:
    found: dict[str, str] = {}
    for values in read:
        for field in wanted:
            value = values.get(field)
            if isinstance(value, NO_NAMES) or (field in OTHERS and isinstance(value, bool)):
                continue
            if fold(name := meant(value)):
                found.setdefault(spelled(name), name)
    return list(found.values())
