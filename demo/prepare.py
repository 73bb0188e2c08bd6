"""Make the shop ready to open: tables, pieces, three people and a few old orders."""

from __future__ import annotations

import os
import secrets
from datetime import timedelta

from django.apps import apps
from django.contrib.auth.models import User
from django.core.management import call_command
from django.db import connections
from django.utils import timezone

from demo.customs import hold
from demo.shop.models import Order, OrderLine, Product

OLD_ORDERS = (  # days ago, status, pieces
    (3, Order.Status.SENT, (("tide-mug", 2), ("salt-jar", 1))),
    (41, Order.Status.DELIVERED, (("harbour-lantern", 1),)),
    (160, Order.Status.DELIVERED, (("pebble-bowl", 4), ("storm-plate", 4), ("gull-jug", 1))),
)


def build_tables() -> None:
    """Bring the database up to date; the migrations also stock the shelves. Tidy the uploads."""
    call_command("migrate", verbosity=0, interactive=False)
    call_command("createcachetable", verbosity=0)
    hold.tidy()


def let_people_in() -> dict[str, str]:
    """
    Create ``admin``, ``alice`` and ``newcomer`` and return their passwords.

    The passwords are new at every call, unless ``DEMO_PASSWORD`` sets one for all. The
    newcomer has to choose another one first.
    """
    passwords = {name: _password() for name in ("admin", "alice", "newcomer")}
    admin, _ = User.objects.get_or_create(username="admin")
    admin.is_staff = admin.is_superuser = True
    alice, _ = User.objects.get_or_create(username="alice")
    alice.first_name, alice.last_name = "Alice", "Penhallow"
    alice.email = "alice@breakwater.example"
    newcomer, _ = User.objects.get_or_create(username="newcomer")
    for user in (admin, alice, newcomer):
        user.set_password(passwords[user.username])
        user.save()
    if apps.is_installed("security"):
        _require_changes(of=newcomer, but_of=(admin, alice))
    if not alice.orders.exists():
        _order_for(alice)
    connections.close_all()
    return passwords


def _require_changes(*, of: User, but_of: tuple[User, ...]) -> None:
    from security.password_expiry import password_changed, require_change

    for user in but_of:
        password_changed(user)
    require_change(of)


def _password() -> str:
    return os.environ.get("DEMO_PASSWORD") or secrets.token_urlsafe(12)


def _order_for(customer: User) -> None:
    for days, status, pieces in OLD_ORDERS:
        placed = timezone.now() - timedelta(days=days)
        order = Order.objects.create(customer=customer, placed=placed, status=status)
        for slug, quantity in pieces:
            product = Product.objects.get(slug=slug)
            OrderLine.objects.create(
                order=order, product=product, quantity=quantity, price_cents=product.price_cents
            )
