"""One page that shows many frames, each under a policy of its own, and tells what was blocked."""

from __future__ import annotations

import json
import ssl
import threading
from base64 import b64encode
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from hashlib import sha1
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any
from urllib.parse import parse_qs, urlsplit

from demo.tls import certificate
from playwright.sync_api import Page, sync_playwright
from tests.conftest import program

TOP = "/top"
FRAME = "/frame/"
TYPES = {"js": "text/javascript", "css": "text/css", "html": "text/html", "svg": "image/svg+xml"}
WEBSOCKET = "258EAFA5-E914-47DA-95CA-C5AB0DC85B11"  # RFC 6455 section 1.3
SVG = '<svg xmlns="http://www.w3.org/2000/svg"/>'

# In every document, before anything of its own, and not subject to its policy.
LISTEN = """{
  const heard = [];
  Object.defineProperty(window, "heard", {value: heard, configurable: true});
  document.addEventListener("securitypolicyviolation", (event) =>
    heard.push([event.effectiveDirective, event.blockedURI]));
  if (location.pathname.startsWith("/frame/")) top.postMessage(location.pathname, "*");
}"""

# What a frame is asked to do once it is there. Each is over when the browser has decided.
RUN = """
const shown = new Set();
addEventListener("message", (event) => shown.add(event.data));
const over = (target, ...names) => new Promise((done) =>
  names.forEach((name) => target.addEventListener(name, done, {once: true})));
const late = (promise) => Promise.race(
  [promise.catch(() => null), new Promise((done) => setTimeout(done, 5000))]);
const made = (window, name, values, ...events) => {
  const element = Object.assign(window.document.createElement(name), values);
  const done = over(element, ...events);
  window.document.body.append(element);
  return done;
};
const blocked = (window) => over(window.document, "securitypolicyviolation");
const doing = {
  async img(window, url) { await made(window, "img", {src: url}, "load", "error"); },
  async audio(window, url) { await made(window, "audio", {src: url}, "loadeddata", "error"); },
  async fetch(window, url) { await window.fetch(url, {mode: "no-cors"}); },
  async xhr(window, url) {
    const request = new window.XMLHttpRequest();
    request.open("GET", url); request.send();
    await over(request, "loadend");
  },
  async socket(window, url) { await over(new window.WebSocket(url), "open", "error"); },
  async events(window, url) {
    const source = new window.EventSource(url);
    await over(source, "open", "error"); source.close();
  },
  async beacon(window, url) { window.navigator.sendBeacon(url, "x"); },
  async font(window, url) { await new window.FontFace("x", `url("${url}")`).load(); },
  async worker(window, url) {
    const worker = new window.Worker(url);
    await over(worker, "message", "error"); worker.terminate();
  },
  async blob(window) {
    const worker = new window.Worker(
      window.URL.createObjectURL(new Blob(["postMessage(1)"], {type: "text/javascript"})));
    await over(worker, "message", "error"); worker.terminate();
  },
  async added(window, url) { await made(window, "script", {src: url}, "load", "error"); },
  async typed(window, text) { made(window, "script", {textContent: text}); },
  async styled(window, text) { made(window, "style", {textContent: text}); },
  async eval(window) { window.eval("1"); },
  async wasm(window) {
    new window.WebAssembly.Module(new Uint8Array([0, 97, 115, 109, 1, 0, 0, 0]));
  },
  async form(window, url) {
    const name = "target" + window.frames.length;
    const target = Object.assign(window.document.createElement("iframe"), {name});
    window.document.body.append(target);
    const form = Object.assign(window.document.createElement("form"),
      {action: url, target: name});
    window.document.body.append(form);
    const answer = over(target, "load");
    form.submit();
    await Promise.race([answer, blocked(window)]);
  },
  async inner(window, url) {
    const frame = Object.assign(window.document.createElement("iframe"), {src: url});
    const answer = over(frame, "load");
    window.document.body.append(frame);
    await answer;
  },
  async prefetch(window, url) {
    await made(window, "link", {rel: "prefetch", href: url}, "load", "error");
  },
};
const show = async (job) => {
  const frame = Object.assign(document.createElement("iframe"), {src: job.address});
  const loaded = over(frame, "load");
  document.body.append(frame);
  await late(loaded);
  if (!frame.contentDocument || job.embedded) return {shown: shown.has(job.path), heard: []};
  const window = frame.contentWindow;
  for (const [what, url] of job.actions) {
    try { await late(doing[what](window, url)); } catch (refused) { continue; }
  }
  // Events of the browser process arrive a little later than those of the page.
  await new Promise((done) => setTimeout(done, 150));
  const heard = [...window.heard];
  frame.remove();
  return {shown: shown.has(job.path), heard};
};
window.showAll = async (jobs, together) => {
  const results = new Array(jobs.length);
  const next = jobs.entries();
  const lane = async () => { for (const [n, job] of next) results[n] = await show(job); };
  await Promise.all(Array.from({length: together}, lane));
  return results;
};
"""
TOGETHER = 16  # frames that are shown at once


@dataclass(frozen=True, slots=True)
class Frame:
    """
    A document: where it is, its policy, what stands in it and what it then does.

    ``actions`` are pairs of what to do (a name of ``doing``) and a URL or a text.
    ``embedded`` asks only whether the browser shows it.
    """

    site: str
    policy: str
    html: str = ""
    actions: tuple[tuple[str, str], ...] = ()
    embedded: bool = False


@dataclass(frozen=True, slots=True)
class Seen:
    """Whether a frame was shown, and each violation in it: directive and blocked URL."""

    shown: bool
    heard: frozenset[tuple[str, str]]


class Frames:
    """The server of the frames, and the browser in front of it."""

    def __init__(self, page: Page, frames: list[Frame]) -> None:
        self._page = page
        self._frames = frames

    def show(self, top: str, frames: Sequence[Frame]) -> list[Seen]:
        """Show frames inside a page of ``top`` that has no policy itself."""
        first = len(self._frames)
        self._frames.extend(frames)
        self._page.goto(top + TOP)
        jobs = [
            {
                "path": f"{FRAME}{number}",
                "address": f"{frame.site}{FRAME}{number}",
                "actions": frame.actions,
                "embedded": frame.embedded,
            }
            for number, frame in enumerate(frames, first)
        ]
        results = self._page.evaluate(
            "([jobs, together]) => showAll(jobs, together)", [jobs, TOGETHER]
        )
        return [Seen(one["shown"], frozenset(map(tuple, one["heard"]))) for one in results]


@contextmanager
def running(folder: Path) -> Iterator[Frames]:
    """Serve every name of ``.test``, on 80 and 8080 without TLS, on 443 and 8443 with it."""
    frames: list[Frame] = []
    held = certificate(folder)
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(held.server)
    with _serving(frames, None) as plain, _serving(frames, context) as secure:
        places = [
            f"MAP {pattern}:{port} 127.0.0.1:{server}"
            for pattern in ("*.test", "*_t.test", "127.0.0.1")
            for port, server in ((80, plain), (8080, plain), (443, secure), (8443, secure))
        ]
        with sync_playwright() as playwright:
            browser = playwright.chromium.launch(
                executable_path=program("chromium"),
                args=[
                    "--disable-background-networking",
                    "--disable-component-update",
                    "--disable-gpu",
                    "--disable-quic",
                    "--disable-site-isolation-trials",  # one process for the frames of all sites
                    "--no-first-run",
                    f"--ignore-certificate-errors-spki-list={held.spki}",
                    f"--host-resolver-rules={', '.join(places)}",
                ],
            )
            page = browser.new_context().new_page()
            page.set_default_timeout(60_000)
            page.add_init_script(LISTEN)
            yield Frames(page, frames)
            browser.close()


@contextmanager
def _serving(frames: list[Frame], context: ssl.SSLContext | None) -> Iterator[int]:
    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.0"
        timeout = 30  # seconds; a browser opens connections that it does not use

        def do_GET(self) -> None:
            _answer(self, frames)

        do_POST = do_GET  # noqa: N815 - the name that http.server looks for

        def log_message(self, *args: Any) -> None: ...

    class Server(ThreadingHTTPServer):
        daemon_threads = True

        def get_request(self) -> tuple[Any, Any]:
            connection, address = super().get_request()
            if context is not None:  # the handshake waits for the thread of the connection
                connection = context.wrap_socket(
                    connection, server_side=True, do_handshake_on_connect=False
                )
            return connection, address

        def handle_error(self, *args: Any) -> None: ...

    with Server(("127.0.0.1", 0), Handler) as server:
        thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.05})
        thread.start()
        try:
            yield server.server_address[1]
        finally:
            server.shutdown()
            thread.join()


def _answer(handler: BaseHTTPRequestHandler, frames: list[Frame]) -> None:
    url = urlsplit(handler.path)
    headers = {"Access-Control-Allow-Origin": "*", "Content-Type": "text/plain"}
    status, body = 200, ""
    if key := handler.headers.get("Sec-WebSocket-Key"):  # of those that fail Chromium asks less
        accepted = b64encode(
            sha1((key + WEBSOCKET).encode(), usedforsecurity=False).digest()
        ).decode()
        status, headers = 101, {"Upgrade": "websocket", "Connection": "Upgrade"}
        headers["Sec-WebSocket-Accept"] = accepted
    elif url.path == TOP:
        headers["Content-Type"], body = TYPES["html"], f"<!doctype html><script>{RUN}</script>"
    elif url.path.startswith(FRAME):
        frame = frames[int(url.path.removeprefix(FRAME))]
        headers["Content-Type"] = TYPES["html"]
        headers["Content-Security-Policy"] = frame.policy
        body = f"<!doctype html><body>{frame.html}</body>"
    elif "to" in (query := parse_qs(url.query)):
        status, headers["Location"] = 302, query["to"][0]
    else:
        kind = url.path.rpartition(".")[2]
        headers["Content-Type"] = TYPES.get(kind, "text/plain")
        body = {"svg": SVG, "js": "self.postMessage(1)"}.get(kind, json.dumps(url.path))
    data = body.encode()
    handler.send_response(status)
    for name, value in headers.items():
        handler.send_header(name, value)
    handler.end_headers()
    handler.wfile.write(data)
