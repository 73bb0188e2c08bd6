"""The basket: a small dictionary in the visitor's session."""

from __future__ import annotations

from dataclasses import dataclass

from django.contrib.sessions.backends.base import SessionBase

from .models import Product

MAX_QUANTITY = 9  # of one piece; there is one kiln
KEY = "basket"


@dataclass(frozen=True, slots=True)
class Line:
    product: Product
    quantity: int

    @property
    def total_cents(self) -> int:
        return self.product.price_cents * self.quantity


class Basket:
    """Slug to quantity, kept in the session of one visitor."""

    def __init__(self, session: SessionBase) -> None:
        self._session = session
        self._counts: dict[str, int] = dict(session.get(KEY, {}))

    @property
    def count(self) -> int:
        """Number of pieces, for the badge in the page header."""
        return sum(self._counts.values())

    @property
    def lines(self) -> tuple[Line, ...]:
        """What is in the basket and still for sale, in the order of the shop."""
        products = Product.objects.filter(slug__in=self._counts, available=True)
        return tuple(Line(product, self._counts[product.slug]) for product in products)

    @property
    def total_cents(self) -> int:
        return sum(line.total_cents for line in self.lines)

    def add(self, product: Product, quantity: int) -> None:
        self.put(product, self._counts.get(product.slug, 0) + quantity)

    def put(self, product: Product, quantity: int) -> None:
        """Set the quantity, at most ``MAX_QUANTITY``; 0 takes the piece out."""
        self._counts.pop(product.slug, None)
        if quantity > 0:
            self._counts[product.slug] = min(quantity, MAX_QUANTITY)
        self._session[KEY] = self._counts

    def clear(self) -> None:
        self._counts = {}
        self._session.pop(KEY, None)
