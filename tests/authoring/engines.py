"""Template engines that a project may have beside Django's."""

from __future__ import annotations

from django.template.backends.base import BaseEngine


class Jinja2(BaseEngine):
    """Django's engine for Jinja as far as files go, without Jinja."""

    app_dirname = "jinja2"

    def __init__(self, params):
        params = params.copy()
        self.context_processors = params.pop("OPTIONS").get("context_processors", [])
        super().__init__(params)


class Plain(BaseEngine):
    """An engine that knows no context processors."""

    app_dirname = "plain"

    def __init__(self, params):
        super().__init__({name: value for name, value in params.items() if name != "OPTIONS"})
