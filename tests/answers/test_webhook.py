from __future__ import annotations

from urllib.error import HTTPError, URLError

import pytest
from tests.answers.hooks import hooked

from security.policy.errors import PolicyError
from security.reports import webhook


@pytest.fixture
def hook(tmp_path, monkeypatch):
    for name in ("https_proxy", "HTTPS_PROXY", "all_proxy", "ALL_PROXY"):
        monkeypatch.delenv(name, raising=False)
    with hooked(tmp_path) as (server, authority):
        monkeypatch.setenv("SSL_CERT_FILE", str(authority))
        yield server


def test_an_object_is_posted_as_json(hook):
    webhook.post(hook.url(), {"text": "\u00e4", "alerts": []})
    assert hook.posted == [("/hooks/csp", "application/json", {"text": "\u00e4", "alerts": []})]


@pytest.mark.parametrize("status", [301, 302, 307, 308])
def test_a_redirect_is_not_followed(hook, status):
    hook.status, hook.location = status, hook.url()
    with pytest.raises(HTTPError) as error:
        webhook.post(hook.url(), {})
    error.value.close()
    assert (error.value.code, hook.asked) == (status, 1)


@pytest.mark.parametrize("status", [400, 404, 500])
def test_an_answer_that_is_no_success_is_an_error(hook, status):
    hook.status = status
    with pytest.raises(HTTPError) as error:
        webhook.post(hook.url(), {})
    error.value.close()


def test_nobody_waits_for_an_answer_that_does_not_come(hook, monkeypatch):
    assert webhook.TIMEOUT == 5
    monkeypatch.setattr(webhook, "TIMEOUT", 0.2)
    hook.status = None
    with pytest.raises(OSError, match="timed out"):
        webhook.post(hook.url(), {})


@pytest.mark.parametrize("scheme", ["http", "file", "ftp"])
def test_nothing_but_https_is_spoken(hook, scheme):
    with pytest.raises(PolicyError, match="must be a URL that starts with 'https://'"):
        webhook.post(hook.url(scheme), {})
    assert hook.asked == 0


def test_a_certificate_that_nobody_vouches_for_is_refused(hook, monkeypatch):
    monkeypatch.delenv("SSL_CERT_FILE")
    with pytest.raises(URLError, match="CERTIFICATE_VERIFY_FAILED"):
        webhook.post(hook.url(), {})
    assert hook.posted == []
