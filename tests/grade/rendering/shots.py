"""Snapshots to compare, of the best of answers and of what differs from it."""

from __future__ import annotations

from tests.grade.exchanges import an_exchange

from security.grade import snapshot
from security.grade.card import grade


def taken(target="https://shop.test/", **options):
    exchange = an_exchange(site={"target": target}, **options)
    return snapshot.snapshot(exchange, grade(exchange))
