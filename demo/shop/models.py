"""What the shop sells, who bought it, and the photos that customers send in."""

from __future__ import annotations

from pathlib import PurePosixPath
from uuid import uuid4

from django.conf import settings
from django.core.validators import MinValueValidator, RegexValidator
from django.db import models
from django.urls import reverse
from django.utils import timezone

from security.uploads import SafeImageField


def photo_name(_: models.Model, filename: str) -> str:
    """Name an upload ourselves; only the checked extension of the sender's name survives."""
    return f"photos/{uuid4().hex}{PurePosixPath(filename).suffix.lower()}"


class Product(models.Model):
    class Kind(models.TextChoices):
        TABLE = "table", "For the table"
        KITCHEN = "kitchen", "For the kitchen"
        HOME = "home", "For the home"

    slug = models.SlugField(unique=True)
    name = models.CharField(max_length=60)
    kind = models.CharField(max_length=10, choices=Kind.choices)
    summary = models.CharField(max_length=120)
    story = models.TextField()
    size = models.CharField(max_length=60)
    price_cents = models.PositiveIntegerField("price in cents", validators=[MinValueValidator(1)])
    glaze = models.CharField(
        "glaze colour",
        max_length=7,
        help_text="As #rrggbb; the product page is tinted with it.",
        # The value is written into a style sheet, so nothing but a colour may stand here.
        validators=[RegexValidator(r"\A#[0-9a-f]{6}\Z", "Write the colour as #rrggbb.")],
    )
    available = models.BooleanField(default=True)
    featured = models.BooleanField(default=False)
    position = models.PositiveSmallIntegerField(default=100)

    class Meta:
        ordering = ("position", "name")

    def __str__(self) -> str:
        return self.name

    def get_absolute_url(self) -> str:
        return reverse("shop:product", args=[self.slug])

    @property
    def picture(self) -> str:
        """Path of the drawing below the static files."""
        return f"shop/img/{self.slug}.svg"


class Order(models.Model):
    class Status(models.TextChoices):
        PLACED = "placed", "Placed"
        PACKED = "packed", "Packed"
        SENT = "sent", "On its way"
        DELIVERED = "delivered", "Delivered"

    customer = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="orders"
    )
    placed = models.DateTimeField(default=timezone.now)
    status = models.CharField(max_length=10, choices=Status.choices, default=Status.PLACED)

    class Meta:
        ordering = ("-placed",)

    def __str__(self) -> str:
        return f"Order {self.number}"

    @property
    def number(self) -> str:
        return f"BW-{self.pk:05d}" if self.pk else "BW-new"

    @property
    def total_cents(self) -> int:
        return sum(line.total_cents for line in self.lines.all())


class OrderLine(models.Model):
    order = models.ForeignKey(Order, on_delete=models.CASCADE, related_name="lines")
    product = models.ForeignKey(Product, on_delete=models.PROTECT)
    quantity = models.PositiveSmallIntegerField(default=1, validators=[MinValueValidator(1)])
    price_cents = models.PositiveIntegerField("price of one, in cents")

    def __str__(self) -> str:
        return f"{self.quantity} x {self.product}"

    @property
    def total_cents(self) -> int:
        return self.quantity * self.price_cents


class Photo(models.Model):
    """A picture of one of our pieces at home, sent in by a customer."""

    sender = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.CASCADE)
    product = models.ForeignKey(Product, on_delete=models.CASCADE)
    picture = SafeImageField(
        upload_to=photo_name, types=("jpeg", "png", "webp"), max_size=5 * 1024 * 1024
    )
    caption = models.CharField(max_length=120, blank=True)
    received = models.DateTimeField(default=timezone.now)

    class Meta:
        ordering = ("-received",)

    def __str__(self) -> str:
        return f"{self.product}, from {self.sender}"
