"""From what a project writes in ``SECURITY_REPORTS`` to how violation reports are kept."""

from __future__ import annotations

import inspect
from collections.abc import Callable, Mapping
from pathlib import Path
from types import MappingProxyType
from typing import Any, NamedTuple
from urllib.parse import urlsplit

from django.core.exceptions import ValidationError
from django.core.validators import validate_email
from django.utils.module_loading import import_string

from security.parsers import boolean, keyed, words
from security.policy.errors import PolicyError, did_you_mean, must_be
from security.reports import noise

MAX_DAYS = 36_500  # a hundred years
MAX_GROUPS = 1_000_000  # new ones in an hour
MAX_FACTOR = 1_000_000
MAX_VERSION = 64  # characters of the column that keeps it
MAX_RULES = 1_000_000  # bytes of a file of rules; ours has 15,000
SINK_METHODS = ("accept", "aaccept", "refuse")


class Reports(NamedTuple):
    """
    ``SECURITY_REPORTS``, read. The fields are its keys; ``pack`` is made of ``NOISE``.

    ``sink`` is a class, or ``None`` for the one that suits the installed apps. The two
    ``keep`` are days. ``alert_factor`` says how many times the usual an hour must bring to be
    told of.
    """

    sink: Callable[..., Any] | None
    options: Mapping[str, Any]
    keep_days: int
    keep_reports_days: int
    max_groups_per_hour: int
    pack: noise.Pack
    token: bool
    closed: bool
    alert_emails: tuple[str, ...]
    alert_webhook: str | None
    alert_factor: float


def reports(raw: object) -> Reports:
    """Read ``SECURITY_REPORTS``. Raises ``PolicyError`` that names the key."""
    given = keyed(raw, tuple(_KEYS))
    read = {}
    for key, (parse, default) in _KEYS.items():
        try:
            read[key] = parse(given.get(key, default))
        except PolicyError as error:
            raise error.within(key) from error
    sink = read["SINK"]
    if sink is not None:
        _verify(sink, read["OPTIONS"])
    return Reports(*read.values())


def _sink(raw: object) -> Callable[..., Any] | None:
    if raw is None:
        return None
    what = "the dotted path of a sink"
    if not isinstance(raw, str):
        raise must_be(what, raw)
    try:
        found = import_string(raw)
    except Exception as error:  # a module may raise anything, a lacking extra among it
        raise must_be(what, raw, hint=f"{error}") from error
    lacking = [name for name in SINK_METHODS if not callable(getattr(found, name, None))]
    if lacking or not callable(found):
        hint = f"It has no {' and no '.join(lacking)}." if lacking else "It names no class."
        raise must_be(what, raw, hint=hint)
    made: Callable[..., Any] = found
    return made


def _verify(sink: Callable[..., Any], options: Mapping[str, Any]) -> None:
    """Refuse options that the sink does not take, before the first report does."""
    signature = inspect.signature(sink)
    try:
        signature.bind(**options)
    except TypeError as error:
        strange = [name for name in options if name not in signature.parameters]
        near = [hint for name in strange if (hint := did_you_mean(name, signature.parameters))]
        what = f"the options of {getattr(sink, '__name__', 'the sink')}"
        hint = near[0] if near else f"{error}."
        raise must_be(what, dict(options), hint=hint).within("OPTIONS") from error


def _options(raw: object) -> Mapping[str, Any]:
    if not isinstance(raw, Mapping) or not all(isinstance(name, str) for name in raw):
        raise must_be("a dictionary of names and values", raw)
    return MappingProxyType(dict(raw))


def _whole(unit: str, most: int) -> Callable[[object], int]:
    def parse(raw: object) -> int:
        if type(raw) is not int or not 1 <= raw <= most:
            raise must_be(f"a whole number of {unit}, 1 to {most}", raw)
        return raw

    return parse


def _pack(raw: object) -> noise.Pack:
    """Return the rules of the project's file, then ours: the first that fits decides."""
    ours = noise.builtin()
    if raw is None:
        return ours
    if not isinstance(raw, str | Path) or not str(raw):
        raise must_be("the path of a TOML file, or None", raw)
    try:
        with Path(raw).open("rb") as file:
            text = file.read(MAX_RULES + 1)
    except (OSError, ValueError) as error:
        raise must_be("the path of a file that can be read", str(raw), hint=f"{error}") from error
    if len(text) > MAX_RULES:
        raise must_be(f"a file of at most {MAX_RULES:,} bytes", str(raw))
    try:
        own = noise.Pack.load(text.decode())
    except UnicodeDecodeError as error:
        raise must_be("a file in UTF-8", str(raw), hint=f"{error}.") from error
    known = {rule.id for rule in ours.rules}
    for number, rule in enumerate(own.rules):
        if rule.id in known:
            raise must_be("given an id of its own", rule.id).within("rule", number)
    return noise.Pack(f"{ours.version}+{own.version}"[:MAX_VERSION], (*own.rules, *ours.rules))


def _emails(raw: object) -> tuple[str, ...]:
    addresses = words(raw, "a list of mail addresses")
    for index, address in enumerate(addresses):
        try:
            validate_email(address)
        except (ValidationError, TypeError):
            raise must_be("a mail address", address).within(index) from None
    return addresses


def _webhook(raw: object) -> str | None:
    if raw is None:
        return None
    what = "a URL that starts with 'https://', or None"
    if not isinstance(raw, str) or not raw.isascii() or not raw.isprintable() or " " in raw:
        raise must_be(what, raw)
    try:
        url = urlsplit(raw)
        has_host = bool(url.hostname) and url.port != 0
    except ValueError:
        has_host = False
    if not has_host or url.scheme != "https":
        raise must_be(what, raw)
    return raw


def _factor(raw: object) -> float:
    if type(raw) not in {int, float} or not 1 < raw <= MAX_FACTOR:  # type: ignore[operator]
        raise must_be(f"a number above 1, up to {MAX_FACTOR}", raw)
    return float(raw)  # type: ignore[arg-type]


# In the order of the fields: how each key is read, and its default.
_KEYS: Mapping[str, tuple[Callable[[Any], Any], object]] = {
    "SINK": (_sink, None),
    "OPTIONS": (_options, MappingProxyType({})),
    "KEEP_DAYS": (_whole("days", MAX_DAYS), 90),
    "KEEP_REPORTS_DAYS": (_whole("days", MAX_DAYS), 30),
    "MAX_GROUPS_PER_HOUR": (_whole("groups", MAX_GROUPS), 1000),
    "NOISE": (_pack, None),
    "TOKEN": (boolean, False),
    "CLOSED": (boolean, False),
    "ALERT_EMAILS": (_emails, ()),
    "ALERT_WEBHOOK": (_webhook, None),
    "ALERT_FACTOR": (_factor, 10),
}
