"""Cards to render: good, weak, refused, and one of a site that tries everything."""

from __future__ import annotations

import io
import weakref

from tests.grade.exchanges import CASES, an_exchange

from security.grade.card import Card, grade
from security.grade.exchange import Exchange, from_recorded
from security.grade.finding import Finding, Severity

# Characters that break one format or another when they are not escaped.
EVIL = (
    "\x1b]0;a\x07\x00\ud800\u202e\ufffe]]>--><script>alert(1)</script><img src=x onerror=y>"
    "&lt;\"'`` ``` | \\| \\` [x](javascript:y) ![x](https://evil.test/x.png) <https://evil.test> "
    "https://evil.test www.evil.test a@evil.test @everybody #1 {{x}} {% x %} %s {0} "
    "=cmd()\r\n\n# h\n- x"
)


def recorded(score):
    return next(case["input"] for case in CASES if case["verdict"]["score"] == score)


def card(score=80, target="https://shop.test/"):
    return grade(from_recorded(recorded(score) | {"target": target}))


def refused():
    return grade(Exchange("gone.test", None))


def hostile(target=EVIL):
    """Return the card of a site whose every text is an attack, and findings to go with it."""
    lines = [("Set-Cookie", f"{EVIL}=1"), ("Server", EVIL)]
    policy = f"script-src https://{EVIL}; {EVIL}"
    whole = grade(an_exchange(lines=lines, Content_Security_Policy=policy, Referrer_Policy=EVIL))
    found = Finding("x.evil", Severity.HIGH, EVIL, EVIL, EVIL, "grade.md", EVIL[:200])
    return Card(target, whole.observatory, whole.securityheaders, (found, *whole.findings))


def everything():
    """Return a card for each of the sample's cases, and the difficult ones."""
    cards = [grade(from_recorded(case["input"])) for case in CASES]
    return [*cards, refused(), hostile()]


def written(write, cards, **options):
    out = io.StringIO()
    write(cards, out, **options)
    return out.getvalue()


class Watched(Card):
    """A card that can be watched: who forgets it lets it go."""

    __slots__ = ("__weakref__",)


class Stream:
    """Cards that come one by one; ``most`` is how many were held at a time."""

    def __init__(self, number):
        self.number = number
        self.most = 0

    def __iter__(self):
        whole = card()
        known = []
        for number in range(self.number):
            one = Watched(
                f"https://shop.test/{number}",
                whole.observatory,
                whole.securityheaders,
                whole.findings,
            )
            known.append(weakref.ref(one))
            self.most = max(self.most, sum(ref() is not None for ref in known[-20:]))
            yield one
            del one
