from __future__ import annotations

import pytest

from security.grade import exchange as module
from security.grade.exchange import Reply, from_recorded
from security.policy.errors import PolicyError

RECORDED = {
    "host": "Shop.test",
    "https": True,
    "https_cert_valid": True,
    "http": {"chain": [{"url": "http://shop.test/", "status": 301}], "cert_valid": True},
    "response": {"status": 200, "headers": [["A", "1"]], "body": "text"},
    "cors_preflight": {"status": 204, "headers": []},
    "preload_list": {"shop.test": {"includeSubDomains": True, "mode": "force-https"}},
}


def test_a_recording_is_read():
    read = from_recorded(RECORDED | {"target": "shop", "odd": 1})
    assert (read.target, read.host, read.is_secure, read.is_trusted) == (
        "shop", "shop.test", True, True,
    )  # fmt: skip
    assert read.response == Reply(200, (("A", "1"),), "text")
    assert read.http.hops[0].url == "http://shop.test/"
    assert read.preload("a.shop.test").include_subdomains


def test_a_site_without_an_answer_is_read():
    names = ("https_cert_valid", "http", "response", "cors_preflight", "preload_list")
    read = from_recorded({"host": "a", "https": False} | dict.fromkeys(names))
    assert (read.target, read.response, read.http, read.is_trusted) == ("a", None, None, False)


@pytest.mark.parametrize(
    ("change", "message"),
    [
        ({"host": ""}, "[\"host\"] must be the name of a host (got '')."),
        ({"host": 1}, '["host"] must be text (got 1).'),
        ({"host": "a" * 254}, '["host"] must be at most 253 characters long (got \'254 '),
        ({"https": "yes"}, "[\"https\"] must be true or false (got 'yes')."),
        ({"response": []}, '["response"] must be an object (got []).'),
        (
            {"response": {"status": True, "headers": []}},
            '["response"]["status"] must be a status, from 100 to 999 (got True).',
        ),
        (
            {"response": {"status": 200, "headers": {}}},
            '["response"]["headers"] must be a list of header lines (got {}).',
        ),
        (
            {"response": {"status": 200, "headers": [["a", "b"], ["a"]]}},
            '["response"]["headers"][1] must be a list of a name and a value (got [\'a\']).',
        ),
        (
            {"response": {"status": 200, "headers": [["a", None]]}},
            '["response"]["headers"][0] must be a list of a name and a value, both text ',
        ),
        (
            {"response": {"status": 200, "headers": [["a", "b"]] * 1001}},
            '["response"]["headers"] must be a list of at most 1,000 header lines (got ',
        ),
        (
            {"response": {"status": 200, "headers": [["a", "b" * module.MAX_HEADERS]]}},
            '["response"]["headers"] must be at most 2,097,152 characters long in all (got ',
        ),
        (
            {"response": {"status": 200, "headers": [], "body": "b" * (module.MAX_BODY + 1)}},
            '["response"]["body"] must be at most ',
        ),
        (
            {"http": {"chain": [{"url": 1, "status": 200}]}},
            '["http"]["chain"][0]["url"] must be text (got 1).',
        ),
        (
            {"http": {"chain": [{"url": "a", "status": 200}] * 33}},
            '["http"]["chain"] must be a list of at most 32 addresses ',
        ),
        (
            {"preload_list": {"a": {"includeSubDomains": 1}}},
            '["preload_list"]["a"]["includeSubDomains"] must be true or false (got 1).',
        ),
        (
            {"preload_list": {str(number): {} for number in range(1001)}},
            '["preload_list"] must be of at most 1,000 entries (got ',
        ),
        ({"target": "a" * 2049}, '["target"] must be at most 2,048 characters long'),
    ],
    ids=lambda value: "-".join(value) if isinstance(value, dict) else "",
)
def test_what_is_none_is_refused_with_its_place(change, message):
    with pytest.raises(PolicyError) as caught:
        from_recorded(RECORDED | change)
    assert caught.value.describe("").startswith(message)


@pytest.mark.parametrize("data", [None, [], "a", 1])
def test_only_an_object_is_a_recording(data):
    with pytest.raises(PolicyError, match="must be an object"):
        from_recorded(data)


def test_header_lines_are_found_in_any_case_and_without_blanks():
    reply = Reply(200, (("A", " 1\t"), ("a", "2"), ("Content-Type", "x"), ("content-type", "y")))
    assert list(reply.lines("a")) == ["1", "2"]
    assert (reply.value("a"), reply.value("content-type"), reply.value("b")) == ("1, 2", "x", None)


def test_a_parent_on_the_preload_list_counts_with_its_subdomains():
    entries = {
        "shop.test": {"mode": "force-https"},
        "test": {"mode": "", "includeSubDomains": True},
    }
    read = from_recorded(RECORDED | {"preload_list": entries})
    assert read.preload("shop.test") is not None
    assert read.preload("a.shop.test") is None
