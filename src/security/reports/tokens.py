"""A daily token in the address for reports: who sends one has seen a page of the site lately."""

from __future__ import annotations

from datetime import date, timedelta
from functools import lru_cache
from typing import Final
from urllib.parse import urlsplit, urlunsplit

from django.conf import settings
from django.core.signing import Signer
from django.utils.crypto import constant_time_compare

SALT: Final = "security.reports.token"
DAYS: Final = 2  # today's and yesterday's: a page that is open for longer reports in vain
MAX_TOKEN: Final = 64  # characters; ours have 43


def signed(address: str, day: date) -> str:
    """
    Return the address of a view for reports with the token of a day (UTC) behind it.

    ``address`` is a path, or a URL, whose host the token is then good for; it ends with a
    slash, as those of ``security.urls`` do.
    """
    url = urlsplit(address)
    token = _token(url.hostname or "", day, settings.SECRET_KEY)
    return urlunsplit(url._replace(path=f"{url.path.rstrip('/')}/{token}/"))


def is_valid(token: str, host: str, day: date) -> bool:
    """
    Tell whether a token is one of ``day`` (UTC) or the day before, for ``host`` or any host.

    Keys in ``SECRET_KEY_FALLBACKS`` count. Raises nothing, whatever the token.
    """
    if len(token) > MAX_TOKEN or not token.isascii():
        return False
    keys = (settings.SECRET_KEY, *settings.SECRET_KEY_FALLBACKS)
    return any(constant_time_compare(token, known) for known in _accepted(host, day, keys))


@lru_cache(maxsize=64)  # a site has few hosts
def _accepted(host: str, day: date, keys: tuple[str | bytes, ...]) -> tuple[str, ...]:
    days = [day - timedelta(days=number) for number in range(DAYS)]
    hosts = dict.fromkeys(("", host))
    return tuple(_token(name, each, key) for key in keys for each in days for name in hosts)


def _token(host: str, day: date, key: str | bytes) -> str:
    return Signer(key=key, salt=SALT).signature(f"{day.isoformat()}:{host}")
