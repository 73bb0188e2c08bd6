"""Forms of the shop: how many, and a photo."""

from __future__ import annotations

from django import forms

from .basket import MAX_QUANTITY
from .models import Photo

OTHER_KIND = "Please choose a JPEG, PNG or WebP picture."


class QuantityForm(forms.Form):
    quantity = forms.IntegerField(
        min_value=0,
        max_value=MAX_QUANTITY,
        initial=1,
        widget=forms.NumberInput(attrs={"inputmode": "numeric"}),
    )


class PhotoForm(forms.ModelForm):  # type: ignore[type-arg]
    """What a picture must be is said in the model; here stand a few of its rules in our words."""

    class Meta:
        model = Photo
        fields = ("product", "picture", "caption")
        labels = {  # noqa: RUF012
            "product": "Which piece is it?",
            "picture": "Your photo",
            "caption": "A few words about it",
        }
        help_texts = {"picture": "JPEG, PNG or WebP, at most 5 MB."}  # noqa: RUF012
        error_messages = {  # noqa: RUF012
            "picture": {
                "extension.not_allowed": OTHER_KIND,
                "declared.disagrees": OTHER_KIND,
                "content.disagrees": OTHER_KIND,
                "size.most": "Please choose a picture of at most 5 MB.",
            }
        }
