"""Forms of the shop: how many, and a photo."""

from __future__ import annotations

from importlib.util import find_spec

from django import forms
from django.core.exceptions import ValidationError
from django.core.files import File
from django.core.validators import FileExtensionValidator

from .basket import MAX_QUANTITY
from .models import Photo

PHOTO_TYPES = ("jpg", "jpeg", "png", "webp")
MAX_PHOTO = 5 * 1024 * 1024  # bytes; a telephone's picture is 2 to 4 MB

# Only Pillow can tell a picture from its name; Django's ImageField needs it.
PhotoField: type[forms.FileField] = forms.ImageField if find_spec("PIL") else forms.FileField


def validate_photo_size(file: File[bytes]) -> None:
    """Refuse a file of more than ``MAX_PHOTO`` bytes."""
    if file.size > MAX_PHOTO:
        raise ValidationError("Please choose a picture of at most 5 MB.", code="too_large")


class QuantityForm(forms.Form):
    quantity = forms.IntegerField(
        min_value=0,
        max_value=MAX_QUANTITY,
        initial=1,
        widget=forms.NumberInput(attrs={"inputmode": "numeric"}),
    )


class PhotoForm(forms.ModelForm):  # type: ignore[type-arg]
    picture = PhotoField(
        label="Your photo",
        help_text="JPEG, PNG or WebP, at most 5 MB.",
        validators=[
            FileExtensionValidator(PHOTO_TYPES, "Please choose a JPEG, PNG or WebP picture."),
            validate_photo_size,
        ],
        widget=forms.ClearableFileInput(
            attrs={"accept": ",".join(f".{kind}" for kind in PHOTO_TYPES)}
        ),
    )

    class Meta:
        model = Photo
        fields = ("product", "picture", "caption")
        labels = {"product": "Which piece is it?", "caption": "A few words about it"}  # noqa: RUF012
