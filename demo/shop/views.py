"""Pages of the shop. Every form on them works without JavaScript."""

from __future__ import annotations

from typing import cast

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.contrib.auth.models import User
from django.db import transaction
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from demo.keep import keep_newest

from .basket import MAX_QUANTITY, Basket
from .forms import PhotoForm, QuantityForm
from .models import Order, OrderLine, Photo, Product

NEIGHBOURS = 4  # other pieces shown below a piece
MAX_PHOTOS = 200
MAX_PHOTO_BYTES = 96 * 1024 * 1024


@require_safe
def home(request: HttpRequest) -> HttpResponse:
    """Show all pieces, or those of one kind: ``?kind=table``."""
    kind = request.GET.get("kind", "")
    products = Product.objects.all()
    if kind in Product.Kind.values:
        products = products.filter(kind=kind)
    context = {"products": products, "kind": kind, "kinds": Product.Kind.choices}
    return render(request, "shop/home.html", context)


@require_safe
def product(request: HttpRequest, slug: str) -> HttpResponse:
    piece = get_object_or_404(Product, slug=slug)
    others = sorted(
        Product.objects.exclude(pk=piece.pk), key=lambda other: other.kind != piece.kind
    )[:NEIGHBOURS]
    context = {"product": piece, "others": others, "form": QuantityForm(), "most": MAX_QUANTITY}
    return render(request, "shop/product.html", context)


@require_safe
def basket(request: HttpRequest) -> HttpResponse:
    context = {"basket": Basket(request.session), "most": MAX_QUANTITY}
    return render(request, "shop/basket.html", context)


@require_POST
def basket_add(request: HttpRequest, slug: str) -> HttpResponse:
    piece = get_object_or_404(Product, slug=slug, available=True)
    form = QuantityForm(request.POST)
    if form.is_valid() and (quantity := form.cleaned_data["quantity"]):
        Basket(request.session).add(piece, quantity)
        messages.success(request, f"{piece} is in your basket.")
        return redirect("shop:basket")
    messages.error(request, f"Please choose between 1 and {MAX_QUANTITY} pieces.")
    return redirect(piece)


@require_POST
def basket_put(request: HttpRequest, slug: str) -> HttpResponse:
    """Change how many; 0 takes the piece out."""
    piece = get_object_or_404(Product, slug=slug)
    form = QuantityForm(request.POST)
    if form.is_valid():
        Basket(request.session).put(piece, form.cleaned_data["quantity"])
    else:
        messages.error(request, f"Please choose between 0 and {MAX_QUANTITY} pieces.")
    return redirect("shop:basket")


@require_POST
@login_required
def checkout(request: HttpRequest) -> HttpResponse:
    """Turn the basket into an order, all of it or nothing."""
    held = Basket(request.session)
    lines = held.lines
    if not lines:
        messages.error(request, "Your basket is empty.")
        return redirect("shop:basket")
    with transaction.atomic():
        order = Order.objects.create(customer=cast("User", request.user))
        OrderLine.objects.bulk_create(
            OrderLine(
                order=order,
                product=line.product,
                quantity=line.quantity,
                price_cents=line.product.price_cents,
            )
            for line in lines
        )
    held.clear()
    messages.success(request, f"Thank you! We have started to wrap {order.number}.")
    return redirect("accounts:orders")


@require_safe
def about(request: HttpRequest) -> HttpResponse:
    return render(request, "shop/about.html")


@login_required
@require_http_methods(["GET", "HEAD", "POST"])
def upload(request: HttpRequest) -> HttpResponse:
    """Take one photo. It is kept for us to look at, and never served from this site."""
    form = PhotoForm(request.POST or None, request.FILES or None)
    if request.method == "POST" and form.is_valid():
        form.instance.sender = request.user
        form.save()
        keep_newest(Photo.objects.all(), "picture", most=MAX_PHOTOS, most_bytes=MAX_PHOTO_BYTES)
        messages.success(request, "Thank you. We look at every photo before anyone else does.")
        return redirect("shop:upload")
    return render(request, "shop/upload.html", {"form": form})


@require_safe
def oops(_: HttpRequest) -> HttpResponse:
    """Fail on purpose, to show that the error page is protected like any other."""
    raise RuntimeError("The demo fails here on purpose.")
