"""Settings files as projects write them, and advice for them."""

from __future__ import annotations

import hypothesis.strategies as st

from security.grade.advice.change import Advice, Assign, Change, Relist

OURS = "security.middleware.SecurityMiddleware"
DJANGO = (
    "django.middleware.security.SecurityMiddleware",
    "django.middleware.clickjacking.XFrameOptionsMiddleware",
)
PROJECT = '''"""Settings of a shop."""

SECRET_KEY = "a key"
DEBUG = True
ALLOWED_HOSTS = []

INSTALLED_APPS = [
    "django.contrib.admin",
    "django.contrib.auth",
    "django.contrib.contenttypes",
    "django.contrib.sessions",
    "django.contrib.messages",
    "django.contrib.staticfiles",
]

MIDDLEWARE = [
    "django.middleware.security.SecurityMiddleware",
    "django.contrib.sessions.middleware.SessionMiddleware",
    "django.middleware.common.CommonMiddleware",
    "django.middleware.csrf.CsrfViewMiddleware",
    "django.contrib.auth.middleware.AuthenticationMiddleware",
    "django.contrib.messages.middleware.MessageMiddleware",
    "django.middleware.clickjacking.XFrameOptionsMiddleware",
]

ROOT_URLCONF = "shop.urls"

# Internationalization
LANGUAGE_CODE = "en-us"

SESSION_COOKIE_SECURE = False  # for runserver
'''


def an_advice(*edits):
    return Advice(tuple(Change(edit, ("hsts.missing",), "None.", "presets.md") for edit in edits))


ADVICE = an_advice(
    Relist("INSTALLED_APPS", "security"),
    Relist("MIDDLEWARE", OURS, DJANGO, is_first=True),
    Assign("SECURITY_PRESET", "strict"),
    Assign("SESSION_COOKIE_SECURE", True),
    Assign("PERMISSIONS_POLICY", {"camera": [], "geolocation": [], "microphone": []}),
)


def executed(text):
    """Run a settings file and return its names."""
    place = {}
    exec(compile(text, "settings.py", "exec"), place)  # noqa: S102
    return place


LISTS = ("MIDDLEWARE", "INSTALLED_APPS")
FLAGS = ("SECURE_SSL_REDIRECT", "SESSION_COOKIE_SECURE", "DEBUG")
TEXTS = ("SECURITY_PRESET", "X_FRAME_OPTIONS")
MAPS = ("PERMISSIONS_POLICY", "SECURITY_CSP_ADD")
ITEMS = ("a.A", "b", OURS, "security", *DJANGO)

COMMENTS = st.sampled_from(["", "  # why", "  # th\u00e9", "  # 'a', ["])
QUOTES = st.sampled_from("'\"")
WORDS = st.text(st.characters(codec="utf-8", exclude_categories=["Cs"]), max_size=6)
VALUES = st.one_of(
    st.booleans(), st.none(), st.integers(0, 10**9), WORDS, st.lists(WORDS, max_size=3),
    st.dictionaries(WORDS, st.lists(WORDS, max_size=3), max_size=12),
)  # fmt: skip


@st.composite
def _list(draw):
    """Write a list as one line, or over lines, with comments, in any manner."""
    quote = draw(QUOTES)
    items = [f"{quote}{item}{quote}" for item in draw(st.lists(st.sampled_from(ITEMS), max_size=5))]
    opening, closing = draw(st.sampled_from(["[]", "()"]))
    if draw(st.booleans()):
        comma = "," if items and (draw(st.booleans()) or opening == "(") else ""
        return f"{opening}{', '.join(items)}{comma}{closing}"
    rows = []
    for item in items:
        place = draw(st.sampled_from(["    ", "    ", "  # before\n    ", "", "\t"]))
        end = draw(st.sampled_from(["\n", "\n", " ", "\n\n"]))
        comment = draw(COMMENTS)
        comma = draw(st.sampled_from([",", ",", ",", " ,"]))
        rows.append(f"{place}{item}{comma}{comment}{end if not comment else chr(10)}")
    return f"{opening}{draw(COMMENTS)}\n{''.join(rows)}{closing}"


@st.composite
def _statement(draw):
    name = draw(st.sampled_from(LISTS))
    flag = draw(st.sampled_from((*FLAGS, *TEXTS, *MAPS)))
    value = repr(draw(VALUES))
    known = f"globals().get('{name}', [])"
    return draw(
        st.sampled_from(
            [
                f"{name} = {draw(_list())}{draw(COMMENTS)}",
                f"{name} = {draw(_list())}{draw(COMMENTS)}",
                f"{name} = [*{known}, 'c']",
                f"{name} = list({known})\n{name} += ['c']{draw(COMMENTS)}",
                f"{name} = []\n{name}.insert(0, 'c')",
                f"if not globals().get('DEBUG'):\n    {name} = ['c']{draw(COMMENTS)}",
                f"{flag} = {value}{draw(COMMENTS)}",
                f"{flag} = {value}{draw(COMMENTS)}",
                f"{flag}: object = {value}",
                f"{flag} = OTHER = {value}",
                f"{flag} = bool({value})",
                f"{flag} = 1; {name} = {draw(_list())}",
                f"OTHER = {flag} = {value}\nif OTHER:\n    {flag} = None",
                f"try:\n    from nowhere import {flag}\nexcept ImportError:\n    {flag} = {value}",
                f"def change():\n    global {flag}\n    {flag} = 3\n{flag} = {value}\nchange()",
                f"for {flag} in [1, 2]:\n    pass",
                f"from string import digits as {flag}",
                "from string import *",
                f"{flag} = {{}}\n{flag}['camera'] = []",
                f"class {flag}:\n    pass",
                f"exec('{flag} = 5')",
                "# a comment of its own",
                '"""A text."""',
                "\x0c",
            ]
        )
    )


def files():
    """Write settings files of several statements, also without a last newline."""
    return st.builds(
        lambda statements, end: "\n".join(statements) + end,
        st.lists(_statement(), max_size=6),
        st.sampled_from(["\n", "\n", "", "\n\n"]),
    )


@st.composite
def suggestions(draw):
    edits = [
        Assign(name, draw(VALUES))
        for name in draw(st.sets(st.sampled_from((*FLAGS, *TEXTS, *MAPS))))
    ]
    if draw(st.booleans()):
        edits.append(Relist("INSTALLED_APPS", "security"))
    if draw(st.booleans()):
        edits.append(Relist("MIDDLEWARE", OURS, DJANGO, is_first=True))
    return an_advice(*edits)
