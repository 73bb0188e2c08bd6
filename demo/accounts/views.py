"""A customer's own pages: sign in, profile, orders, password."""

from __future__ import annotations

from typing import cast

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.contrib.auth.forms import PasswordChangeForm
from django.contrib.auth.models import User
from django.contrib.auth.views import LoginView, PasswordChangeView
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse_lazy
from django.views.decorators.http import require_safe

from demo.shop.models import Order


class SignInView(LoginView):
    template_name = "accounts/login.html"
    redirect_authenticated_user = True


class PasswordView(PasswordChangeView):
    template_name = "accounts/password.html"
    success_url = reverse_lazy("accounts:profile")

    def form_valid(self, form: PasswordChangeForm) -> HttpResponse:
        messages.success(self.request, "Your password is changed.")
        return super().form_valid(form)


@login_required
@require_safe
def profile(request: HttpRequest) -> HttpResponse:
    latest = _orders(request)[:1]
    return render(request, "accounts/profile.html", {"latest": latest})


@login_required
@require_safe
def orders(request: HttpRequest) -> HttpResponse:
    """List what this customer bought; nobody else's eyes, and no cache, should keep it."""
    return render(request, "accounts/orders.html", {"orders": _orders(request)})


def _orders(request: HttpRequest) -> QuerySet[Order]:
    customer = cast("User", request.user)
    return Order.objects.filter(customer=customer).prefetch_related("lines__product")
