"""What every page of the shop shows."""

from __future__ import annotations

from django.http import HttpRequest

from .basket import Basket


def basket(request: HttpRequest) -> dict[str, int]:
    """Give the number for the badge beside the word Basket."""
    return {"basket_count": Basket(request.session).count}
