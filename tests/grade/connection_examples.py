"""Exchanges in which each result on cookies, other origins, referrers and HTTPS is found."""

from __future__ import annotations

from tests.grade.exchanges import a_page, an_exchange, chain, listed, preflight

from security.grade.observatory_tests import ORIGIN

HSTS, COOKIES, REFERRER = "Strict_Transport_Security", "Set-Cookie", "Referrer_Policy"
COOP, COEP = "Cross_Origin_Opener_Policy", "Cross_Origin_Embedder_Policy"
CORP = "Cross_Origin_Resource_Policy"


def cookies(*lines, **options):
    return an_exchange(lines=[(COOKIES, line) for line in lines], **options)


def redirects(*urls, **options):
    return an_exchange(site={"http": chain(*urls), **options})


CONNECTION = {
    "cookies-not-found": [
        an_exchange(),
        cookies("sessionid=1; Domain=com", "a=1; Domain=other.test", "=1", "bare", "\x01a=1"),
        cookies("__Secure-a=1", "__Host-a=1; Secure; Domain=shop.test"),
        cookies("heroku-session-affinity=1", "__Host-a=1; Path=/"),
        cookies("__Host-a=1; Secure; Path=/a", "a=1; SameSite=odd; Domain=a.shop.test"),
    ],
    "cookies-session-without-secure-flag": [cookies("MySess=1", without=HSTS.replace("_", "-"))],
    "cookies-session-without-httponly-flag": [cookies("sessionid=1; Secure; SameSite=Lax")],
    "cookies-anticsrf-without-samesite-flag": [
        cookies("CSRFtoken=1; Secure"),
        cookies("csrf=1; Secure; SameSite=odd"),
    ],
    "cookies-samesite-flag-invalid": [
        cookies("a=1; Secure; SameSite"),
        cookies("a=1; Secure; SameSite=odd"),
        cookies("a=1; SameSite=None"),
        cookies("samesite=1; Secure"),
    ],
    "cookies-session-without-secure-flag-but-protected-by-hsts": [
        cookies("login=1; HttpOnly; SameSite=Lax"),
    ],
    "cookies-without-secure-flag": [
        cookies("a=1; SameSite=Lax", **{HSTS: "max-age=1"}),
    ],
    "cookies-without-secure-flag-but-protected-by-hsts": [cookies("a=1; Max-Age=0")],
    "cookies-secure-with-httponly-sessions": [
        cookies("sessionid=1; Secure; HttpOnly"),
        cookies("a=1", "a=1; Secure"),  # the second replaces the first
    ],
    "cookies-secure-with-httponly-sessions-and-samesite": [
        cookies("a=1; secure=no; samesite = none"),
        cookies("__Host-a=1; Secure; SameSite=Lax"),
        an_exchange(site={"earlier_cookies": ("a=1; Secure; SameSite=Strict",)}),
    ],
    "coep-header-invalid": [
        an_exchange(**{COEP: "Require-Corp"}),
        an_exchange(**{COEP: '"require-corp"'}),
        an_exchange(lines=[("cross-origin-embedder-policy", "require-corp")]),
    ],
    "coep-not-implemented": [an_exchange(**{COEP: ""})],
    "coep-implemented-with-unsafe-none": [an_exchange(**{COEP: "unsafe-none"})],
    "coep-implemented-with-require-corp": [
        an_exchange(**{COEP: 'require-corp; report-to="a;b"; x=1.5;y=:YQ==:;z=?0;q;d=@1;s=%"a"'}),
    ],
    "coep-implemented-with-credentialless": [an_exchange(**{COEP: "credentialless "})],
    "coop-header-invalid": [
        an_exchange(**{COOP: "same-origin, same-origin"}),
        an_exchange(**{COOP: "same-origin ;a"}),
        an_exchange(**{COOP: "same-origin;A"}),
        an_exchange(**{COOP: "same-origin;a=1234567890123456"}),
    ],
    "coop-not-implemented": [an_exchange(without="Cross-Origin-Opener-Policy")],
    "coop-implemented-with-unsafe-none": [an_exchange(**{COOP: "unsafe-none"})],
    "coop-implemented-with-same-origin": [an_exchange(**{COOP: "same-origin;  a"})],
    "coop-implemented-with-same-origin-allow-popups": [
        an_exchange(**{COOP: "same-origin-allow-popups"}),
    ],
    "coop-implemented-with-noopener-allow-popups": [
        an_exchange(**{COOP: "noopener-allow-popups"}),
    ],
    "corp-header-invalid": [an_exchange(**{CORP: "same-origin, same-origin"})],
    "corp-not-implemented": [an_exchange(**{CORP: " "})],
    "corp-implemented-with-cross-origin": [an_exchange(**{CORP: "cross-origin"})],
    "corp-implemented-with-same-site": [an_exchange(**{CORP: "Same-Site"})],
    "corp-implemented-with-same-origin": [an_exchange()],
    "cross-origin-resource-sharing-not-implemented": [
        an_exchange(),
        an_exchange(site={"preflight": preflight("*", status=301)}),
        an_exchange(site={"preflight": preflight("")}),
    ],
    "cross-origin-resource-sharing-implemented-with-public-access": [
        an_exchange(site={"preflight": preflight("*", "true")}),
    ],
    "cross-origin-resource-sharing-implemented-with-restricted-access": [
        an_exchange(site={"preflight": preflight("null", "true")}),
        an_exchange(site={"preflight": preflight(ORIGIN)}),
        an_exchange(site={"preflight": preflight("*, *")}),
    ],
    "cross-origin-resource-sharing-implemented-with-universal-access": [
        an_exchange(site={"preflight": preflight(ORIGIN, "TRUE")}),
    ],
    "redirection-not-needed-no-http": [an_exchange(site={"http": None})],
    "redirection-invalid-cert": [
        an_exchange(site={"http": chain("http://shop.test/", is_trusted=False)}),
    ],
    "redirection-all-redirects-preloaded": [
        redirects("http://shop.test/", preloads=listed()),
        redirects("http://a.shop.test/", "http://shop.test/", preloads=listed(wide=True)),
    ],
    "redirection-missing": [
        redirects("http://shop.test/"),
        redirects("http://a.shop.test/", preloads=listed()),
        redirects("http://shop.test/", preloads=listed(mode="")),
    ],
    "redirection-not-to-https": [redirects("http://shop.test/", "http://shop.test/a")],
    "redirection-not-to-https-on-initial-redirection": [
        redirects("http://shop.test/", "http://www.shop.test/", "https://www.shop.test/"),
    ],
    "redirection-off-host-from-http": [redirects("http://shop.test/", "https://www.shop.test/")],
    "redirection-to-https": [redirects("http://shop.test/", "https://SHOP.test:8443/")],
    "referrer-policy-not-implemented": [an_exchange(without="Referrer-Policy")],
    "referrer-policy-private": [
        an_exchange(**{REFERRER: "unsafe-url, No-Referrer, odd"}),
        an_exchange(
            **{REFERRER: "unsafe-url"},
            body=a_page(
                '<meta name=" Referrer " content="same-origin"><meta name=referrer content="">'
            ),
        ),
    ],
    "referrer-policy-unsafe": [an_exchange(**{REFERRER: "same-origin, origin"})],
    "referrer-policy-header-invalid": [
        an_exchange(**{REFERRER: ""}),
        an_exchange(without="Referrer-Policy", body=a_page("<meta name=referrer content=never>")),
    ],
    "hsts-preloaded": [
        an_exchange(site={"preloads": listed(), "is_trusted": False}),
        an_exchange(site={"preloads": listed("test", wide=True)}),
    ],
    "hsts-not-implemented-no-https": [
        an_exchange(site={"is_secure": False, "preloads": listed()}),
    ],
    "hsts-invalid-cert": [an_exchange(site={"is_trusted": False})],
    "hsts-not-implemented": [an_exchange(without="Strict-Transport-Security")],
    "hsts-header-invalid": [
        an_exchange(**{HSTS: ""}),
        an_exchange(**{HSTS: "max-age = 31536000"}),
        an_exchange(lines=[("strict-transport-security", "max-age=31536000")]),
    ],
    "hsts-implemented-max-age-less-than-six-months": [
        an_exchange(**{HSTS: "max-age=31536000; MAX-AGE= 15551999seconds"}),
        an_exchange(**{HSTS: "max-age=-1"}),
    ],
    "hsts-implemented-max-age-at-least-six-months": [
        an_exchange(**{HSTS: "max-age=forever"}),
        an_exchange(**{HSTS: 'max-age="0"'}),
        an_exchange(**{HSTS: "includeSubDomains; max-age=15552000"}),
        an_exchange(site={"preloads": listed("test")}),
    ],
}
