"""The demo's server: one process, one event loop, https beside plain http, loopback only."""

from __future__ import annotations

import argparse
import asyncio
import json
import os
import signal
import sys
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any, cast

import django
import uvicorn
from django.core.handlers.asgi import ASGIHandler

from demo import card
from demo.ports import Listener, PortError, listen
from demo.terminal import Style, say

PAGES = (
    ("Home", "/"),
    ("A product", "/pieces/tide-mug/"),
    ("Customs house", "/customs/"),
    ("Sign in", "/accounts/login/"),
    ("Profile", "/accounts/profile/"),
    ("Admin", "/admin/login/"),
    ("Missing page", "/no-such-shelf/"),
)
PATIENCE = 2  # seconds that open requests are given when the server stops


@dataclass(frozen=True, slots=True)
class Options:
    port: int
    http_port: int
    check: bool
    json: bool


class Server(uvicorn.Server):
    """uvicorn without its signal handlers: two servers share this process, and one Ctrl-C."""

    @contextmanager
    def capture_signals(self) -> Iterator[None]:
        yield

    def stop(self) -> None:
        self.force_exit = self.should_exit  # the second Ctrl-C does not wait
        self.should_exit = True


def main(arguments: Sequence[str]) -> int:
    """Run the command line; 0 for a clean stop or a clean check, 1 otherwise."""
    options = _options(arguments)
    try:
        secure = listen(0 if options.check else options.port, option="--port")
        plain = listen(0 if options.check else options.http_port, option="--http-port")
    except PortError as error:
        sys.stderr.write(f"{error}\n")
        return 1
    # Plain HTTP is sent to the https port; without the ports, as behind a proxy, set it empty.
    os.environ.setdefault("DEMO_SSL_HOST", f"localhost:{secure.port}")
    django.setup()
    return asyncio.run(_run(options, secure, plain, *_prepare(options, secure, plain)))


def _options(arguments: Sequence[str]) -> Options:
    parser = argparse.ArgumentParser("demo/serve.py", description="Start the demo shop.")
    parser.add_argument(
        "--check",
        action="store_true",
        help="grade the shop and attack its upload form on free ports, exit 0 if it is clean",
    )
    parser.add_argument("--port", type=_port, default=8443, help="for https (default: 8443)")
    parser.add_argument("--http-port", type=_port, default=8080, help="for http (default: 8080)")
    parser.add_argument("--json", action="store_true", help="print one line of JSON instead")
    return Options(**vars(parser.parse_args(arguments)))


def _port(text: str) -> int:
    if not text.isascii() or not text.isdigit() or len(text) > 5 or int(text) > 65_535:
        raise argparse.ArgumentTypeError(f"a port is a number from 0 to 65535, not {text!r}")
    return int(text)


def _prepare(
    options: Options, secure: Listener, plain: Listener
) -> tuple[card.Site, tuple[Server, Server]]:
    """Make certificate, database and people ready, and say where the shop is."""
    from django.conf import settings

    from demo import prepare, tls
    from demo.asgi import application

    held = tls.certificate(settings.VAR_DIR / "tls")
    site = card.Site(
        f"https://localhost:{secure.port}", f"http://localhost:{plain.port}", held.authority
    )
    prepare.build_tables()
    if not options.check:
        passwords = prepare.let_people_in()
        facts = {
            "https": site.https,
            "http": site.http,
            "spki": held.spki,
            "authority": str(held.authority),
            "passwords": passwords,
        }
        say(json.dumps(facts) if options.json else _welcome(site, passwords))
    return site, (_server(application, certificate=str(held.server)), _server(application))


def _server(application: ASGIHandler, certificate: str | None = None) -> Server:
    return Server(
        uvicorn.Config(
            cast(Any, application),  # the two annotate ASGI differently
            ssl_certfile=certificate,
            lifespan="off",
            ws="none",
            proxy_headers=False,  # nobody stands in front, so nobody may say so
            server_header=False,
            access_log=False,
            log_config=None,
            log_level="error",
            timeout_graceful_shutdown=PATIENCE,
        )
    )


def _welcome(site: card.Site, passwords: dict[str, str]) -> str:
    style = Style.of(sys.stdout)
    lines = [
        "",
        style.bold("  Breakwater, the demo shop of django-bulwark"),
        "",
        f"  Shop    {style.link(site.https + '/')}",
        f"  Admin   {style.link(site.https + '/admin/')}",
        f"  Plain   {style.link(site.http + '/')}  {style.dim('redirects to https')}",
        f"  Upload  {style.link(site.https + '/customs/')}  "
        f"{style.dim('takes files, and fifteen attacks to try on it')}",
        f"  Report  {style.link(site.https + '/violation/')}  "
        f"{style.dim('breaks the policy; the admin shows what the browser says')}",
        "",
        *(f"  {name:10}{style.bold(password)}" for name, password in passwords.items()),
        style.dim("  The newcomer has to choose another password first."),
        style.dim("  Passwords are new at every start, unless DEMO_PASSWORD sets them."),
        "",
        style.dim("  The certificate is the demo's own. Accept the browser's warning, or trust"),
        style.dim(f"  {site.authority}"),
        "",
    ]
    return "\n".join(lines)


async def _run(
    options: Options, secure: Listener, plain: Listener, site: card.Site, servers: Sequence[Server]
) -> int:
    def stop(*_: object) -> None:
        for server in servers:
            server.stop()

    for number in (signal.SIGINT, signal.SIGTERM):
        signal.signal(number, stop)
    running = [
        asyncio.create_task(server.serve(sockets=list(listener.sockets)))
        for server, listener in zip(servers, (secure, plain), strict=True)
    ]
    try:
        is_clean = await _open(options, site, servers, running)
    except BaseException:
        stop()
        raise
    finally:
        if options.check:
            stop()
        await asyncio.gather(*running)
    if not (options.check or options.json):
        say("\n  Closed.")
    return 0 if is_clean or not options.check else 1


async def _open(
    options: Options,
    site: card.Site,
    servers: Sequence[Server],
    running: Sequence[asyncio.Task[None]],
) -> bool:
    """Wait for both servers, then try the shop, unless a program only wants to use it."""
    while not all(server.started for server in servers):
        if any(task.done() for task in running):
            raise RuntimeError("A server stopped before it had started.")
        await asyncio.sleep(0.02)
    if options.json and not options.check:
        return True
    return await _try(options, site, servers)


async def _try(options: Options, site: card.Site, servers: Sequence[Server]) -> bool:
    """Print the grade card and, for a check, the uploads; false if one of them is not clean."""
    from demo import trial

    outcomes: tuple[trial.Outcome, ...] = ()
    try:
        cards = await asyncio.to_thread(card.grade_site, site, PAGES)
        if options.check:
            outcomes = await asyncio.to_thread(trial.try_uploads, site)
    except OSError as error:
        if not any(server.should_exit for server in servers):
            sys.stderr.write(f"The shop could not be tried: {error}\n")
        return False
    is_clean = card.is_clean(cards) and (trial.is_clean(outcomes) or not options.check)
    if options.json:
        uploads = {one.sample.name: one.verdict for one in outcomes}
        pages = [one.as_dict() for one in cards]
        say(json.dumps({"clean": is_clean, "pages": pages, "uploads": uploads}))
        return is_clean
    style = Style.of(sys.stdout)
    say(card.render(cards, style))
    say("\n" + trial.render(outcomes, style) if options.check else "\n  Ctrl-C closes the shop.")
    return is_clean
