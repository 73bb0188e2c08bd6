"""``manage.py throttle``: how long an account has to wait, and letting it try again."""

from __future__ import annotations

from argparse import ArgumentParser
from typing import Any

from django.contrib.auth import get_user_model
from django.core.exceptions import ImproperlyConfigured
from django.core.management.base import BaseCommand, CommandError
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from security.auth_throttling import attempts, delay_message, names
from security.auth_throttling.stores import StoreUnavailable
from security.auth_throttling.stores.local import LocalStore
from security.conf import conf
from security.management.common_options import add_common
from security.policy.throttling import Record, delays


class Command(BaseCommand):
    help = "Show how long accounts have to wait for the next attempt to log in, or forget it."

    is_alone = False  # in a process of its own, with no server

    def run_from_argv(self, argv: list[str]) -> None:
        self.is_alone = True
        super().run_from_argv(argv)

    def add_arguments(self, parser: ArgumentParser) -> None:
        verbs = parser.add_subparsers(dest="verb", required=True)
        for verb, text in (
            ("status", "Show the failed attempts, and how long the next has to wait."),
            ("reset", "Forget the failed attempts: the next may come at once."),
        ):
            sub = verbs.add_parser(verb, help=text)
            add_common(sub)
            sub.add_argument("names", nargs="*", metavar="NAME", help="name of an account")
            sub.add_argument(
                "--address", nargs="+", default=[], metavar="IP", help="address of a client"
            )

    def handle(self, **options: Any) -> None:
        counters = [("username", name) for name in options["names"]]
        for address in options["address"]:
            if names.network(address) is None:
                raise CommandError(f"--address must be an address (got {address!r}).")
            counters.append(("ip", address))
        if not counters:
            raise CommandError("Name an account, or --address IP.")
        try:
            self._demand_counters()
            for kind, name in counters:
                self.stdout.write(getattr(self, f"_{options['verb']}")(kind, name))
        except StoreUnavailable as error:
            raise CommandError(f"The cache that counts does not answer: {error}") from error

    def _demand_counters(self) -> None:
        """
        Raise ``CommandError`` where nothing is counted, or nothing that can be seen from here.

        Code that calls the command in the process of the server does see its memory.
        """
        if (throttling := conf.AUTHENTICATION_THROTTLING) is None:
            raise CommandError("AUTHENTICATION_THROTTLING must be set: nothing is counted.")
        try:
            store = attempts.store()
        except ImproperlyConfigured as error:
            raise CommandError(str(error)) from error
        if self.is_alone and isinstance(store, LocalStore):
            raise CommandError(
                f"CACHES[{throttling.cache!r}] lives in the memory of one process, so what the "
                "server counts can neither be seen nor reset from here. Name a cache that "
                'processes share in AUTHENTICATION_THROTTLING["CACHE"].'
            )

    def _status(self, kind: str, name: str) -> str:
        record = attempts.store().look([names.key(kind, name)])[0]
        count = record.at().count
        counted = ngettext("%d attempt counted", "%d attempts counted", count) % count
        if kind == "username":  # by this the log names it
            name = f"{name} ({names.digest(kind, names.fold(name))[:12]})"
        return f"{name}: {counted}, {_next(kind, record)}."

    def _reset(self, kind: str, name: str) -> str:
        user = None
        if kind == "username":
            model = get_user_model()
            user = model._default_manager.filter(**{model.USERNAME_FIELD: name}).first()
        attempts.store().forget([names.key(kind, name)])
        if user is not None:
            attempts.forget(user)
        return f"{name}: {_('forgotten, the next attempt may come at once')}."


def _next(kind: str, record: Record) -> str:
    at, function = record.at(), attempts.settings().delay_function
    pair = delays(function, at.count, 0) if kind == "username" else delays(function, 0, at.count)
    wait = at.wait(pair[kind == "ip"], attempts.milliseconds()) / 1000
    if not wait:
        return _("the next may come at once")
    return _("the next may come in %s") % delay_message(wait)
