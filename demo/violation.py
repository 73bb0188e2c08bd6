"""A page that offends the shop's own policy, for trying out what becomes of a report."""

from __future__ import annotations

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_safe


@require_safe
def violation(request: HttpRequest) -> HttpResponse:
    return render(request, "violation.html")
