"""The browser: it finds both servers by their names and believes the keys they show."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

from playwright.sync_api import Browser, sync_playwright
from tests.browser.servers import Servers
from tests.conftest import program

UNUSED = (
    # A process for each sandboxed frame tells no more, and takes three times as long.
    "IsolateSandboxedIframes",
    # Pages that Chromium makes for each window, for an address bar that nobody sees.
    "AimEnabled",
    "WebUIOmniboxAimPopup",
    "WebUIOmniboxPopup",
)


@contextmanager
def running(servers: Servers, *rules: str) -> Iterator[Browser]:
    """Run Chromium; ``rules`` say where names lead and win over the usual ones."""
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(
            executable_path=program("chromium"),
            args=arguments(servers, *rules),
            ignore_default_args=["--disable-back-forward-cache"],  # as visitors have it
        )
        yield browser
        browser.close()


def arguments(servers: Servers, *rules: str) -> list[str]:
    shop, bare = servers
    places = [*rules]
    for pattern, server in (
        ("*.example.test", shop),
        ("*.control.test", bare),
        ("*.other.test", bare),
    ):
        places.append(f"MAP {pattern}:443 127.0.0.1:{server.https}")
        places.append(f"MAP {pattern}:80 127.0.0.1:{server.http}")
    return [
        "--disable-background-networking",
        "--disable-component-update",
        "--disable-gpu",
        "--disable-quic",
        "--disable-sync",
        f"--disable-features={','.join(UNUSED)}",
        "--no-first-run",
        # Unlike --ignore-certificate-errors, which would also turn HSTS off.
        f"--ignore-certificate-errors-spki-list={shop.spki},{bare.spki}",
        f"--host-resolver-rules={', '.join(places)}",
        "--short-reporting-delay",  # after 100 ms and not after a minute
        "--use-fake-device-for-media-stream",
        "--use-fake-ui-for-media-stream",  # the visitor says yes to the camera
    ]
