"""Serve the site under load through WSGI, a thread for each connection."""

from __future__ import annotations

import sys

from django.core.servers.basehttp import ThreadedWSGIServer, WSGIRequestHandler
from django.core.wsgi import get_wsgi_application


class Server(ThreadedWSGIServer):
    """Take as many connections at once as users come with."""

    request_queue_size = 1024
    daemon_threads = True


class Handler(WSGIRequestHandler):
    def log_message(self, *arguments: object) -> None:
        """Print no line for each request."""


def main() -> None:
    server = Server(("127.0.0.1", int(sys.argv[1])), Handler)
    server.set_app(get_wsgi_application())
    server.serve_forever()


if __name__ == "__main__":
    main()
