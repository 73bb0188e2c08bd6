"""
Where the names that one owner registers begin: the well-known part of the public suffix list.

The list has some ten thousand rules. These are the ones that sites are met under: second levels
of countries, and hosts of other people's sites. A suffix that is not here counts as one label.
"""

from __future__ import annotations

import re
from typing import Final

# An excerpt of https://publicsuffix.org/list/: second levels under a country.
_COUNTRIES: Final = {
    "ae": "ac co gov mil net org sch",
    "ar": "com edu gob gov int mil net org tur",
    "at": "ac co gv or",
    "au": "asn com edu gov id net org",
    "bd": "ac com edu gov mil net org",
    "br": "art blog com eco edu gov ind leg mil net nom org tv",
    "cn": "ac com edu gov mil net org",
    "co": "com edu gov mil net nom org",
    "cr": "ac co ed fi go or sa",
    "cy": "ac biz com gov ltd net org pro",
    "do": "com edu gob gov mil net org",
    "ec": "com edu fin gob gov info med mil net org pro",
    "eg": "com edu eun gov mil name net org sci",
    "es": "com edu gob nom org",
    "fr": "asso com gouv nom prd tm",
    "gh": "com edu gov mil org",
    "gr": "com edu gov net org",
    "gt": "com edu gob ind mil net org",
    "hk": "com edu gov idv net org",
    "hu": "co info org priv sport tm",
    "id": "ac co desa go mil my net or sch web",
    "il": "ac co gov idf k12 muni net org",
    "im": "ac co com net org tt tv",
    "in": "ac co edu firm gen gov ind mil net nic org res",
    "ir": "ac co gov id net org sch",
    "it": "edu gov",
    "je": "co net org",
    "jp": "ac ad co ed go gr lg ne or",
    "ke": "ac co go info me mobi ne or sc",
    "kr": "ac co go mil ne or pe re",
    "kw": "com edu emb gov ind net org",
    "lb": "com edu gov net org",
    "lk": "ac com edu gov net org sch",
    "ma": "ac co gov net org press",
    "mx": "com edu gob net org",
    "my": "biz com edu gov mil name net org",
    "ng": "com edu gov mil mobi name net org sch",
    "nz": "ac co cri geek gen govt health iwi kiwi maori mil net org parliament school",
    "pa": "ac com edu gob net org",
    "pe": "com edu gob mil net nom org",
    "ph": "com edu gov mil net ngo org",
    "pk": "ac com edu gob gov net org web",
    "pl": "biz com edu gov info net org waw",
    "pt": "com edu gov int net nome org",
    "py": "com coop edu gov mil net org",
    "qa": "com edu gov mil name net org sch",
    "ro": "com info org store www",
    "rs": "ac co edu gov in org",
    "sa": "com edu gov med net org pub sch",
    "sg": "com edu gov net org per",
    "sv": "com edu gob org red",
    "th": "ac co go in mi net or",
    "tn": "com ens fin gov ind info net org",
    "tr": "av bbs bel biz com dr edu gen gov info k12 kep mil name net org pol tel tv web",
    "tw": "com edu gov idv mil net org",
    "tz": "ac co go me mil mobi ne or sc tv",
    "ua": "com edu gov in kiev kyiv lviv net odessa org",
    "ug": "ac co com go ne or org sc",
    "uk": "ac co gov ltd me net nhs org plc police sch",
    "uy": "com edu gub mil net org",
    "ve": "co com edu gob info net org web",
    "vn": "ac biz com edu gov health info int name net org pro",
    "za": "ac co edu gov law mil net nom org school web",
}
_ANY_SECOND_LEVEL: Final = frozenset({"bd", "ck", "er", "fk", "jm", "kh", "mm", "np", "pg"})

# Hosts of other people's sites, under a top level.
_HOSTERS: Final = {
    "app": "netlify railway run vercel web",
    "com": "appspot blogspot elasticbeanstalk firebaseapp herokuapp onrender pythonanywhere "
    "s3.amazonaws trycloudflare co",
    "dev": "deno fly pages workers",
    "io": "github gitlab ngrok readthedocs",
    "me": "glitch",
    "net": "azurestaticapps azurewebsites cloudapp cloudfront cloudfunctions",
    "org": "duckdns",
    "page": "codeberg",
    "sh": "now surge",
}


def _joined(levels: dict[str, str]) -> frozenset[str]:
    return frozenset(f"{name}.{top}" for top, names in levels.items() for name in names.split())


_SUFFIXES: Final = _joined(_COUNTRIES)
_HOSTS: Final = _joined(_HOSTERS)
_IPV4 = re.compile(r"[0-9.]+")


def registrable(host: str, *, with_hosts: bool) -> str | None:
    """
    Return the part of ``host`` that somebody registered, in lower case.

    ``with_hosts`` counts hosts of other people's sites as suffixes, so that ``a.github.io`` and
    ``b.github.io`` have different owners. ``None`` for an address, for a name of one label and
    for a suffix.
    """
    name = host.lower().removesuffix(".")
    labels = name.split(".")
    if len(labels) < 2 or not all(labels) or ":" in name or _IPV4.fullmatch(name):
        return None
    size = 1
    for length in range(2, min(len(labels), 5) + 1):
        tail = ".".join(labels[-length:])
        if tail in _SUFFIXES or (with_hosts and tail in _HOSTS):
            size = length
    if size == 1 and labels[-1] in _ANY_SECOND_LEVEL:
        size = 2
    return ".".join(labels[-size - 1 :]) if len(labels) > size else None
