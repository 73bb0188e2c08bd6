from __future__ import annotations

from django.contrib import admin
from django.http import HttpRequest

from .models import Order, OrderLine, Photo, Product
from .templatetags.money import money


@admin.register(Product)
class ProductAdmin(admin.ModelAdmin):  # type: ignore[type-arg]
    list_display = ("name", "kind", "price", "available", "featured")
    list_editable = ("available", "featured")
    list_filter = ("kind", "featured")
    search_fields = ("name", "summary")
    prepopulated_fields = {"slug": ("name",)}  # noqa: RUF012

    @admin.display(ordering="price_cents")
    def price(self, product: Product) -> str:
        return money(product.price_cents)


class OrderLineInline(admin.TabularInline):  # type: ignore[type-arg]
    model = OrderLine
    extra = 0
    autocomplete_fields = ("product",)


@admin.register(Order)
class OrderAdmin(admin.ModelAdmin):  # type: ignore[type-arg]
    list_display = ("number", "customer", "placed", "status", "total")
    list_filter = ("status",)
    date_hierarchy = "placed"
    search_fields = ("customer__username",)
    raw_id_fields = ("customer",)
    inlines = (OrderLineInline,)

    @admin.display
    def total(self, order: Order) -> str:
        return money(order.total_cents)


@admin.register(Photo)
class PhotoAdmin(admin.ModelAdmin):  # type: ignore[type-arg]
    list_display = ("product", "sender", "received", "caption")
    list_filter = ("product",)
    date_hierarchy = "received"
    fields = ("sender", "product", "caption", "received")  # the file has no address to link to
    readonly_fields = fields

    def has_add_permission(self, _: HttpRequest) -> bool:
        """Photos come through the shop, where they are checked."""
        return False
