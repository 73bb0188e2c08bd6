"""The pages of the reports that ``csp_save`` stored, of which anybody may have sent any."""

from __future__ import annotations

import pytest
from django.contrib.auth.models import User
from django.test import Client

from security.models import CspReport

REPORTS = "/admin/security/cspreport/"
ADDRESSES = ("blocked_uri", "document_uri", "referrer")


@pytest.fixture
def reader(db):
    client = Client()
    client.force_login(User.objects.create_superuser("root"))
    return client


def stored(url):
    return CspReport.objects.create(
        **dict.fromkeys(ADDRESSES, url), violated_directive="img-src", sender_ip="203.0.113.9"
    )


@pytest.mark.parametrize("url", ["javascript:alert(1)//", "https://evil.example/login"])
def test_no_reported_address_is_a_link(reader, url):
    row = stored(url)
    for page in (f"{REPORTS}{row.pk}/change/", REPORTS):
        found = reader.get(page).content.decode()
        assert f">{url}<" in found
        assert f'href="{url}' not in found


def test_a_reported_address_shows_its_markup_and_marks_of_direction(reader):
    row = stored("https://x.example/<b>\u202e")
    found = reader.get(f"{REPORTS}{row.pk}/change/").content.decode()
    assert found.count("https://x.example/&lt;b&gt;\\u202e") == 3


@pytest.mark.parametrize("column", [3, 4])
def test_the_list_is_sorted_by_the_columns_of_addresses(reader, column):
    rows = [stored("https://b.example/"), stored("https://a.example/")]
    response = reader.get(f"{REPORTS}?o={column}")
    assert list(response.context["cl"].result_list) == rows[::-1]
    assert ("Blocked URI", "Document URI")[column - 3] in response.content.decode()
