"""
What ``--suggest`` does, by hand, in the site of the folder: a process of its own.

``patch`` prints the changes, and the work on standard error; ``now`` and ``after`` print what a
page sends and is forecast to send; ``use`` visits the site as a browser does, and logs in.
"""

from __future__ import annotations

import json
import sys
from pathlib import Path

import django
from django.conf import settings
from django.test import Client

from security.grade.advice.advise import advise
from security.grade.advice.improved import forecast, improved
from security.grade.advice.patch import diff
from security.grade.card import grade

SETTINGS = Path("shop") / "settings.py"
USER = {"username": "alice", "password": "a-long-password-of-alice"}


def graded():
    from security.site_grade.pages import Options, grade_pages

    return list(grade_pages(Options((settings.ALLOWED_HOSTS or ["localhost"])[0])))


def suggested(found):
    own = {name: getattr(settings, name) for name in dir(settings) if settings.is_overridden(name)}
    exchanges = [exchange for _, exchange, _ in found]
    return advise([card for _, _, card in found], exchanges, installed=own)


def patch():
    advice = suggested(graded())
    sys.stdout.write(diff(SETTINGS.read_text(encoding="utf-8"), advice, SETTINGS.as_posix()))
    sys.stderr.writelines(f"{' '.join(one.about)}: {one.text}\n" for one in advice.work)


def now():
    show({page.path: exchange for page, exchange, _ in graded() if not page.fault})


def after():
    found = graded()
    advice = suggested(found)
    show({page.path: improved(one, advice) for page, one, _ in found if not page.fault})


def show(pages):
    data = {
        path: [grade(one).observatory.grade, one.response.status, one.response.headers]
        for path, one in pages.items()
    }
    sys.stdout.write(json.dumps(data))


def marks():
    found = graded()
    advice = suggested(found)
    sys.stdout.writelines(f"{page.path} {forecast(one, advice)}\n" for page, one, _ in found)


def use(*paths):
    from django.contrib.auth import get_user_model

    host = settings.ALLOWED_HOSTS[0]
    client = Client(enforce_csrf_checks=True, headers={"host": host})
    get_user_model().objects.create_superuser(email="alice@shop.example", **USER)
    visit = {"secure": True}
    form = client.get("/admin/login/", **visit)
    data = {**USER, "csrfmiddlewaretoken": client.cookies["csrftoken"].value, "next": "/admin/"}
    origin = {"headers": {"host": host, "referer": f"https://{host}/admin/login/"}}
    answer = client.post("/admin/login/", data, **visit, **origin)
    seen = {"/admin/login/": form, "/admin/": client.get("/admin/", **visit)}
    seen |= {path: client.get(path, **visit) for path in paths}
    seen["login"] = answer
    pages = {
        path: [one.status_code, dict(one.headers), one.content.decode()]
        for path, one in seen.items()
    }
    sys.stdout.write(json.dumps(pages))


if __name__ == "__main__":
    sys.path.insert(0, "")
    django.setup()
    {one.__name__: one for one in (patch, now, after, marks, use)}[sys.argv[1]](*sys.argv[2:])
