"""Exchanges in which each result on a page's policy, frames, type and scripts is found."""

from __future__ import annotations

from tests.grade.exchanges import a_page, an_exchange

CSP, XFO, XCTO = "Content_Security_Policy", "X_Frame_Options", "X_Content_Type_Options"
MANY = "default-src " + " ".join(f"host{number}.test" for number in range(1000, 2000))


def policy(text, *more, **options):
    """Build an answer with one or several policies."""
    lines = [("Content-Security-Policy", value) for value in more]
    return an_exchange(**{CSP: text}, lines=lines, **options)


def scripts(*tags, **options):
    return an_exchange(body=a_page(*tags), **options)


CONTENT = {
    "csp-header-invalid": [
        policy("default-src 'self'; img-src 'self'; img-src *"),
        policy(""),
        policy("a b;c"),
        policy("default-src 'self',"),
        policy("default-src https://a/%zz/x", "default-src https://a/%zz/x"),
        policy("default-src https://a/%C3/x", "default-src https://a/%C3/x"),
        policy("script-src 'strict-dynamic' 'self'; object-src 'none'"),
        an_exchange(
            without="Content-Security-Policy",
            body=a_page('<meta http-equiv=" content-security-policy " content="img">'),
        ),
        policy(MANY, *[MANY] * 150),
    ],
    "csp-not-implemented-but-reporting-enabled": [
        an_exchange(
            without="Content-Security-Policy",
            lines=[("content-security-policy-report-only", "default-src 'self'")],
        ),
    ],
    "csp-not-implemented": [
        an_exchange(without="Content-Security-Policy"),
        policy(";;;;;;;"),
        an_exchange(
            without="Content-Security-Policy",
            body=a_page(
                '<meta http-equiv="Content-Security-Policy" content="frame-ancestors a; sandbox">'
            ),
        ),
    ],
    "csp-implemented-with-unsafe-inline": [
        policy("img-src 'self'"),
        policy("a b; c"),  # six characters are a policy
        policy("default-src 'self'; object-src https://*"),
        policy("script-src data:; object-src 'none'"),
        policy("default-src 'SELF' 'Unsafe-Inline'"),
        policy("script-src 'nonce-a' 'strict-dynamic' data:; object-src 'none'"),
        policy("default-src 'self'; script-src *", "img-src 'self'"),
    ],
    "csp-implemented-with-insecure-scheme": [
        policy("default-src 'self'; report-uri http://a.test/"),
        policy("default-src 'self'; frame-src ftp://a.test"),
        policy("default-src 'self' http://a/", "default-src http://a/b", "default-src 'self'"),
    ],
    "csp-implemented-with-unsafe-eval": [policy("default-src 'self'; style-src 'unsafe-eval'")],
    "csp-implemented-with-insecure-scheme-in-passive-content-only": [
        policy("default-src 'self'; media-src http:"),
    ],
    "csp-implemented-with-unsafe-inline-in-style-src-only": [
        policy("script-src 'self'; object-src 'none'"),
        policy("default-src 'self'; style-src 'unsafe-inline'"),
    ],
    "csp-implemented-with-no-unsafe-default-src-none": [
        policy("default-src"),
        policy("default-src 'none'; img-src 'self'"),
        policy("default-src a.test", "default-src b.test"),
        policy("default-src 'none' 'none'"),
        policy("font-src 'self'", "default-src 'self'; object-src a; script-src b; style-src c"),
    ],
    "csp-implemented-with-no-unsafe": [
        policy("default-src 'self' 'unsafe-inline' 'nonce-a'"),
        policy("script-src 'sha256-a' 'strict-dynamic' https: 'self'; default-src 'self'"),
        policy("default-src 'self' http://a.test", site={"is_secure": False}),
        policy("default-src h https:"),  # what begins with its neighbour is dropped
        policy("default-src https://a/ b", "default-src b https://a/c"),
        an_exchange(
            without="Content-Security-Policy",
            body=a_page('<META CONTENT="default-src a" HTTP-EQUIV=Content-Security-Policy>'),
        ),
    ],
    "csp-implemented-but-duplicate-directives": [
        policy("default-src 'self'; report-uri /a; report-uri /b"),
        policy("default-src 'none'; report-to a; report-to b"),
    ],
    "sri-not-implemented-response-not-html": [
        an_exchange(Content_Type="Text/html"),
        an_exchange(Content_Type="text/html ; charset=utf-8"),
    ],
    "html-not-parseable": [an_exchange(body='{"a": 1}'), an_exchange(body=" 1e400 ")],
    "sri-not-implemented-but-no-scripts-loaded": [
        scripts("<!-- <script src=//a.test/a.js></script> -->"),
        an_exchange(without="Content-Type"),
    ],
    "sri-not-implemented-and-external-scripts-not-loaded-securely": [
        scripts("<script src=//shop.test/a.js></script>"),
        scripts("<script src=http://other.test/a.js></script>", without="Content-Type"),
    ],
    "sri-not-implemented-but-external-scripts-loaded-securely": [
        scripts(
            "<script src=/a.js integrity=a></script>",
            "<noscript><script src=https://other.test/a.js integrity></script></noscript>",
        ),
    ],
    "sri-implemented-but-external-scripts-not-loaded-securely": [
        scripts("<script src=http://other.test/a.js integrity=a></script>"),
    ],
    "sri-implemented-and-all-scripts-loaded-securely": [
        scripts(
            "<script src=https://other.test/a.js integrity=a></script>",
            "<script src=https://www.shop.test/a.js integrity=a></script>",
        ),
    ],
    "sri-implemented-and-external-scripts-loaded-securely": [
        scripts("<script src='https://other.test/a.js' integrity=' '></script>"),
    ],
    "sri-not-implemented-but-all-scripts-loaded-from-secure-origin": [
        scripts("<script>1</script>"),
        scripts("<script src='HTTPS://other.test/'></script>", "<script src='///a'></script>"),
        scripts("<script src='http://shop.test/a.js'></script>"),
        scripts("<script src=/a.js integrity=a></script>", site={"is_secure": False}),
    ],
    "x-content-type-options-nosniff": [an_exchange(**{XCTO: "NoSniff"})],
    "x-content-type-options-header-invalid": [an_exchange(**{XCTO: "nosniff, nosniff"})],
    "x-content-type-options-not-implemented": [an_exchange(**{XCTO: ""})],
    "x-frame-options-implemented-via-csp": [
        policy("default-src 'self'; frame-ancestors *"),
        policy("default-src 'strict-dynamic'; frame-ancestors"),
    ],
    "x-frame-options-sameorigin-or-deny": [policy("img-src 'self'", **{XFO: "SameOrigin"})],
    "x-frame-options-allow-from-origin": [policy("img-src 'self'", **{XFO: "Allow-From a"})],
    "x-frame-options-header-invalid": [policy("img-src 'self'", **{XFO: "DENY, DENY"})],
    "x-frame-options-not-implemented": [policy("frame-ancestors 'self'; img-src a; img-src b",
                                               without="X-Frame-Options")],
}  # fmt: skip
