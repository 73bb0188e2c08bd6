"""What a site of Django sends without a setting, and the advice that it gets."""

from __future__ import annotations

from tests.grade.exchanges import a_page, chain

from security.grade.advice.advise import advise
from security.grade.advice.change import APPS, MIDDLEWARE, OURS, PRESET
from security.grade.card import grade
from security.grade.exchange import Exchange, Reply

DJANGO = {
    "X-Content-Type-Options": "nosniff",
    "Referrer-Policy": "same-origin",
    "Cross-Origin-Opener-Policy": "same-origin",
    "X-Frame-Options": "DENY",
}
SECURITY = "django.middleware.security.SecurityMiddleware"
FRAMES = "django.middleware.clickjacking.XFrameOptionsMiddleware"
SITE = {
    "INSTALLED_APPS": ["django.contrib.auth", "django.contrib.contenttypes"],
    "MIDDLEWARE": [SECURITY, "shop.middleware.Basket", FRAMES],
}
READY = {"INSTALLED_APPS": ["security"], "MIDDLEWARE": [OURS]}
LISTS = {APPS, MIDDLEWARE}
STRICT = {
    PRESET: "strict",
    "SECURE_SSL_REDIRECT": True,
    "SECURITY_CROSS_ORIGIN_EMBEDDER_POLICY": "require-corp",
}
INLINE = "<script>basket()</script>"


def a_site(body="", *, lines=(), http="http://shop.test/", **headers):
    """Build what a site of Django sends without a setting."""
    named = {name.replace("_", "-"): value for name, value in headers.items()}
    sent = {"Content-Type": "text/html", **DJANGO, **named}
    reply = Reply(200, (*sent.items(), *lines), a_page(body))
    return Exchange("shop.test", reply, http=chain(http))


def advice_for(exchange, installed=SITE):
    return advise(grade(exchange), exchange, installed=installed)


def lines(advice):
    return {edit.setting: edit.value for edit in advice.edits if edit.setting not in LISTS}


def work_on(advice, id_):
    return [work.text for work in advice.work if id_ in work.about]
