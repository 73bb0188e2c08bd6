"""Honest contents under names that mean something to a shell, a server, a reader or Windows."""

from __future__ import annotations

from collections.abc import Iterator

from tests.uploads.corpus.files import Hostile
from tests.uploads.kinds.pictures import picture

FAMILY = "names"
# As they are sent, and as they are stored; nothing is stored where the second is empty.
NAMES = {
    "../../../etc/cron.d/a.png": "a.png",
    "..\\..\\..\\boot.png": "boot.png",
    "C:\\Windows\\System32\\a.png": "a.png",
    "\\\\evil.test\\share\\a.png": "a.png",
    "/etc/a.png": "a.png",
    "....//....//a.png": "a.png",
    "%2e%2e%2fa.png": "2e-2e-2fa.png",
    "..\u2215..\u2215a.png": "a.png",
    "\uff0e\uff0e\uff0fa.png": "a.png",
    "a.php.png": "a-php.png",
    "a.html.png": "a-html.png",
    "a.php%00.png": "a-php-00.png",
    "a.php\0.png": "a-php.png",
    "a.png\0.php": "",
    "a.php\0": "",
    "a.asp;.png": "a-asp.png",
    "a.asp;a.jpg.png": "a-asp-a-jpg.png",
    "a.png;.php": "",
    "a.png:stream.php": "",
    "a.png::$DATA": "",
    "a.php::$DATA.png": "a-php-DATA.png",
    "a.png.": "",
    "a.png ": "",
    "a.png . .": "",
    "a.png/": "",
    "a.png/.": "",
    "a.png?.php": "",
    "a.php?.png": "a-php.png",
    "a.php#.png": "a-php.png",
    "a.html;a=.png": "a-html-a.png",
    "a.svg\u200b.png": "a-svg.png",
    "a.p\u200bng": "a.png",
    "a\u202egnp.php.png": "agnp-php.png",
    "a\u2066gnp.php\u2069.png": "agnp-php.png",
    "photo_\u202egnp.php": "",
    "photo\u202egpj.exe": "",
    "\ufeffa.png": "a.png",
    "\uff41\uff0e\uff50\uff4e\uff47": "",
    "a\u0307\u0323.png": "\u1ea1\u0307.png",
    "a.\u0440ng": "",
    "a.png\u0301": "",
    "\u0301\u0301.png": "file.png",
    "CON.png": "file-CON.png",
    "con.txt.png": "con-txt.png",
    "NUL.png": "file-NUL.png",
    "lpt1.png": "file-lpt1.png",
    "COM\u00b9.png": "file-COM1.png",
    "aux .png": "file-aux.png",
    "CONOUT$.png": "CONOUT.png",
    ".htaccess": "",
    ".png": "file.png",
    "...png": "file.png",
    ".htaccess.png": "htaccess.png",
    "web.config": "",
    "-rf.png": "rf.png",
    "--checkpoint-action=exec=sh a.png": "checkpoint-action-exec-sh a.png",
    "$(touch b).png": "touch b.png",
    "`id`.png": "id.png",
    "|id.png": "id.png",
    "a;id;.png": "a-id.png",
    "a&&id.png": "a-id.png",
    "~root.png": "root.png",
    "*.png": "file.png",
    "a\nb.png": "ab.png",
    "a\r\nSet-Cookie: b=c.png": "aSet-Cookie- b-c.png",
    'a".png': "a.png",
    'a"; filename="b.php': "",
    "a'; DROP TABLE a;--.png": "a- DROP TABLE a.png",
    "<script>alert(1)<script>.png": "script-alert-1-script.png",
    "<img src=x onerror=alert(1)>.png": "img src-x onerror-alert-1.png",
    "&lt;b&gt;.png": "b.png",
    "{{7*7}}.png": "7-7.png",
    "%s%n%x.png": "s-n-x.png",
    "\x1b[31ma.png": "31ma.png",
    "\u0000\u0001\u0002.png": "file.png",
    "a" * 300 + ".png": "a" * 96 + ".png",
    "\U0001f600" * 100 + ".png": "file.png",
    "\u65e5" * 200 + ".png": "\u65e5" * 32 + ".png",
    "a" + ".x" * 70 + ".png": "a" + "-x" * 47 + ".png",
    "a." + "b" * 300: "",
    "a.png" + " " * 300 + ".php": "",
    "\u212a\u017f.png": "Ks.png",
    "a.PNG": "a.png",
    "a.php.": "",
    "a.pHp": "",
    "a.png\u2028b.php": "",
    "\U000e0061a.png": "a.png",
}


def files() -> Iterator[Hostile]:
    """Yield the family."""
    content = picture("png")
    for sent, stored in NAMES.items():
        title = sent.encode("ascii", "backslashreplace").decode()[:60]
        areas = () if stored else ("extension",)
        yield Hostile(FAMILY, title, sent, content, areas, declared="image/png")
